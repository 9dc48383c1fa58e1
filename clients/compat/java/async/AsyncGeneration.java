import com.aliyun.auth.credentials.Credential;
import com.aliyun.auth.credentials.provider.StaticCredentialProvider;
import com.aliyun.sdk.service.sts20150401.AsyncClient;
import com.google.gson.JsonObject;
import darabonba.core.TeaModel;
import darabonba.core.client.ClientOverrideConfiguration;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Calls operations with Alibaba Cloud's asynchronous Java client of STS, by reflection. */
public final class AsyncGeneration {
    public static void main(String[] arguments) throws Exception {
        Calls.serve(AsyncGeneration::call);
    }

    private static JsonObject call(Calls.Call call) throws Exception {
        if (!call.product.equals("Sts")) return Calls.absent("operation");
        Credential credential = Credential.builder()
                .accessKeyId(call.key.accessKeyId)
                .accessKeySecret(call.key.accessKeySecret)
                .securityToken(call.key.securityToken)
                .build();
        ClientOverrideConfiguration where = ClientOverrideConfiguration.create()
                .setEndpointOverride(call.endpoint)
                .setProtocol(call.protocol.toUpperCase(java.util.Locale.ROOT));
        try (AsyncClient client = AsyncClient.builder()
                .region("cn-hangzhou")
                .credentialsProvider(StaticCredentialProvider.create(credential))
                .overrideConfiguration(where)
                .build()) {
            Method method = Calls.method(AsyncClient.class, call.action, 1);
            if (method == null) return Calls.absent("operation");
            Object builder = method.getParameterTypes()[0].getMethod("builder").invoke(null);
            for (Map.Entry<String, Object> one : call.structured.entrySet()) {
                Method setter = Calls.method(builder.getClass(), one.getKey(), 1);
                if (setter == null) return Calls.absent(one.getKey());
                setter.invoke(builder, Calls.converted(one.getValue(), setter.getGenericParameterTypes()[0]));
            }
            Object request = Calls.method(builder.getClass(), "build", 0).invoke(builder);
            Object response = ((CompletableFuture<?>) method.invoke(client, request)).get();
            TeaModel body = (TeaModel) response.getClass().getMethod("getBody").invoke(response);
            return Calls.body(Calls.GSON.toJsonTree(body.toMap()));
        } catch (ExecutionException wrapped) {
            Throwable error = wrapped.getCause();
            // PopClientException and PopServerException have no common class with a code.
            Method code = Calls.method(error.getClass(), "getErrCode", 0);
            return Calls.failed(error, code == null ? "" : (String) code.invoke(error), null);
        }
    }
}
