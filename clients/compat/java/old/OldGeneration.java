import com.aliyuncs.AcsRequest;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.auth.BasicCredentials;
import com.aliyuncs.auth.BasicSessionCredentials;
import com.aliyuncs.auth.StaticCredentialsProvider;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.profile.DefaultProfile;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.reflect.Method;
import java.util.Map;

/** Calls operations with the old generation of Alibaba Cloud's Java clients, by reflection. */
public final class OldGeneration {
    private static final String REGION = "cn-hangzhou";
    private static final Map<String, String> PACKAGES = Map.of(
            "Ram", "com.aliyuncs.ram.model.v20150501",
            "Sts", "com.aliyuncs.sts.model.v20150401",
            "Actiontrail", "com.aliyuncs.actiontrail.model.v20200706");

    public static void main(String[] arguments) throws Exception {
        Calls.serve(OldGeneration::call);
    }

    private static JsonObject call(Calls.Call call) throws Exception {
        String from = PACKAGES.get(call.product);
        if (from == null) return Calls.absent("operation");
        AcsRequest<?> request;
        try {
            Class<?> type = Class.forName(from + "." + call.action + "Request");
            request = (AcsRequest<?>) type.getConstructor().newInstance();
        } catch (ClassNotFoundException none) {
            return Calls.absent("operation");
        }
        for (Map.Entry<String, Object> one : call.structured.entrySet()) {
            Method setter = Calls.method(request.getClass(), "set" + one.getKey(), 1);
            if (setter == null) setter = Calls.method(request.getClass(), "set" + one.getKey() + "s", 1);
            if (setter == null) return Calls.absent(one.getKey());
            setter.invoke(request, Calls.converted(one.getValue(), setter.getGenericParameterTypes()[0]));
        }
        Calls.Key key = call.key;
        DefaultProfile profile = DefaultProfile.getProfile(REGION);
        DefaultAcsClient client = new DefaultAcsClient(
                profile,
                key.securityToken == null
                        ? new StaticCredentialsProvider(new BasicCredentials(key.accessKeyId, key.accessKeySecret))
                        : new StaticCredentialsProvider(
                                new BasicSessionCredentials(key.accessKeyId, key.accessKeySecret, key.securityToken)));
        if ("mapping".equals(call.setting)) DefaultProfile.addEndpoint(REGION, call.product, call.endpoint);
        else request.setSysEndpoint(call.endpoint);
        request.setSysProtocol(call.protocol.equals("https") ? ProtocolType.HTTPS : ProtocolType.HTTP);
        try {
            JsonElement typed = Calls.GSON.toJsonTree(client.getAcsResponse(request));
            return Calls.body(typed);
        } catch (ClientException error) {
            return Calls.failed(error, error.getErrCode(), null);
        } finally {
            client.shutdown();
        }
    }
}
