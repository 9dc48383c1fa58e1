import com.aliyun.tea.TeaException;
import com.aliyun.tea.TeaModel;
import com.aliyun.teaopenapi.models.Config;
import com.google.gson.JsonObject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;

/** Calls operations with the new generation of Alibaba Cloud's Java clients, by reflection. */
public final class NewGeneration {
    private static final Map<String, String> PACKAGES = Map.of(
            "Ims", "com.aliyun.ims20190815",
            "Ram", "com.aliyun.ram20150501",
            "Sts", "com.aliyun.sts20150401",
            "Actiontrail", "com.aliyun.actiontrail20200706");

    public static void main(String[] arguments) throws Exception {
        Calls.serve(NewGeneration::call);
    }

    private static JsonObject call(Calls.Call call) throws Exception {
        String from = PACKAGES.get(call.product);
        if (from == null) return Calls.absent("operation");
        Config config = new Config()
                .setAccessKeyId(call.key.accessKeyId)
                .setAccessKeySecret(call.key.accessKeySecret)
                .setSecurityToken(call.key.securityToken)
                .setEndpoint(call.endpoint)
                .setProtocol(call.protocol);
        Object client = Class.forName(from + ".Client").getConstructor(Config.class).newInstance(config);
        Method withRequest = Calls.method(client.getClass(), call.action, 1);
        Method without = Calls.method(client.getClass(), call.action, 0);
        if (withRequest == null && without == null) return Calls.absent("operation");
        try {
            Object response;
            if (withRequest == null) {
                if (!call.structured.isEmpty()) return Calls.absent(String.join(", ", call.structured.keySet()));
                response = without.invoke(client);
            } else {
                TeaModel request = (TeaModel) withRequest.getParameterTypes()[0].getConstructor().newInstance();
                TeaModel.build(call.structured, request);
                Map<String, Object> taken = request.toMap();
                for (String name : call.structured.keySet()) if (!taken.containsKey(name)) return Calls.absent(name);
                response = withRequest.invoke(client, request);
            }
            TeaModel body = (TeaModel) response.getClass().getField("body").get(response);
            return Calls.body(Calls.GSON.toJsonTree(body.toMap()));
        } catch (InvocationTargetException wrapped) {
            Throwable error = wrapped.getCause();
            if (!(error instanceof TeaException)) return Calls.failed(error, "", null);
            TeaException typed = (TeaException) error;
            Object status = typed.getData() == null ? null : typed.getData().get("statusCode");
            // Older versions do not have it.
            Method statusCode = Calls.method(TeaException.class, "getStatusCode", 0);
            if (status == null && statusCode != null) status = statusCode.invoke(typed);
            return Calls.failed(typed, typed.getCode(), status == null ? null : ((Number) status).intValue());
        } catch (RuntimeException error) {
            return Calls.failed(error, "", null);
        }
    }
}
