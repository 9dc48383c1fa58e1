import com.aliyun.openapiutil.Client;
import com.aliyun.tea.Tea;
import com.aliyun.tea.TeaRequest;
import com.aliyuncs.AcsRequest;
import com.aliyuncs.CommonRequest;
import com.aliyuncs.auth.AlibabaCloudCredentials;
import com.aliyuncs.auth.BasicCredentials;
import com.aliyuncs.auth.BasicSessionCredentials;
import com.aliyuncs.auth.SignatureVersion;
import com.aliyuncs.auth.Signer;
import com.aliyuncs.auth.signers.SignatureAlgorithm;
import com.aliyuncs.http.FormatType;
import com.aliyuncs.http.HttpRequest;
import com.aliyuncs.http.MethodType;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.regions.ProductDomain;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Signs requests with the official Java signers: one JSON object a line on standard input, the request as the client
 * sends it on standard output. The fields are those of clients/signers/python/sign.py.
 */
public final class Sign {
    private static final String HOST = "ram.example.com";

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        Gson gson = new Gson();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonObject one = gson.fromJson(line, JsonObject.class);
            out.println(gson.toJson(sign(one)));
        }
    }

    private static JsonObject sign(JsonObject one) throws Exception {
        switch (text(one, "signer")) {
            case "java openapi-util ACS3":
                return acs3(one);
            case "java sdk-core RPC":
                return core(one, false, null);
            case "java sdk-core ROA":
                return core(one, true, null);
            case "java sdk-core ACS3":
                return core(one, false, SignatureVersion.V3);
            default:
                throw new IllegalArgumentException(text(one, "signer"));
        }
    }

    private static JsonObject acs3(JsonObject one) throws Exception {
        byte[] body = Base64.getDecoder().decode(text(one, "body"));
        TeaRequest request = new TeaRequest();
        request.method = text(one, "method");
        request.pathname = path(one);
        request.query = pairs(one, "query");
        String payload = Client.hexEncode(Client.hash(body, "ACS3-HMAC-SHA256"));
        Map<String, String> headers = request.headers;
        headers.put("host", HOST);
        headers.put("accept", "application/json");
        headers.put("x-acs-action", text(one, "action"));
        headers.put("x-acs-version", text(one, "version"));
        headers.put("x-acs-date", text(one, "date"));
        headers.put("x-acs-signature-nonce", text(one, "nonce"));
        headers.put("x-acs-content-sha256", payload);
        headers.putAll(map(one, "headers"));
        if (body.length > 0) headers.put("content-type", text(one, "contentType"));
        if (!text(one, "token").isEmpty()) {
            headers.put("x-acs-accesskey-id", text(one, "keyId"));
            headers.put("x-acs-security-token", text(one, "token"));
        }
        headers.put(
            "Authorization",
            Client.getAuthorization(
                request, "ACS3-HMAC-SHA256", payload, text(one, "keyId"), text(one, "secret")));
        Method compose = Tea.class.getDeclaredMethod("composeUrl", TeaRequest.class);
        compose.setAccessible(true);
        return answer(request.method, (String) compose.invoke(null, request), headers, body);
    }

    private static JsonObject core(JsonObject one, boolean pathStyle, SignatureVersion version) throws Exception {
        CommonRequest common = new CommonRequest();
        common.setSysMethod(MethodType.valueOf(text(one, "method")));
        common.setSysDomain(HOST);
        common.setSysVersion(text(one, "version"));
        common.setSysAction(text(one, "action"));
        common.setSysProtocol(ProtocolType.HTTP);
        if (pathStyle) common.setSysUriPattern(path(one));
        for (Map.Entry<String, String> pair : pairs(one, "query").entrySet()) {
            common.putQueryParameter(pair.getKey(), pair.getValue());
        }
        for (Map.Entry<String, String> pair : map(one, "headers").entrySet()) {
            common.putHeadParameter(pair.getKey(), pair.getValue());
        }
        byte[] body = Base64.getDecoder().decode(text(one, "body"));
        if (pathStyle && body.length > 0) {
            common.setHttpContent(body, "UTF-8", FormatType.JSON);
        }
        if (!pathStyle) {
            for (Map.Entry<String, String> pair : pairs(one, "form").entrySet()) {
                common.putBodyParameter(pair.getKey(), pair.getValue());
            }
        }
        AlibabaCloudCredentials credentials = text(one, "token").isEmpty()
            ? new BasicCredentials(text(one, "keyId"), text(one, "secret"))
            : new BasicSessionCredentials(text(one, "keyId"), text(one, "secret"), text(one, "token"));
        if (version != null) {
            common.setSysSignatureVersion(version);
            common.setSysSignatureAlgorithm(SignatureAlgorithm.ACS3_HMAC_SHA256);
        }
        Signer signer = version == null
            ? Signer.getSigner(credentials)
            : Signer.getSigner(credentials, version, SignatureAlgorithm.ACS3_HMAC_SHA256);
        AcsRequest<?> request = common.buildRequest();
        HttpRequest signed = request.signRequest(
            signer,
            credentials, FormatType.JSON, new ProductDomain("Ram", HOST));
        Map<String, String> headers = new LinkedHashMap<>(signed.getSysHeaders());
        headers.putIfAbsent("Host", HOST);
        byte[] content = signed.getHttpContent() == null ? new byte[0] : signed.getHttpContent();
        return answer(text(one, "method"), signed.getSysUrl(), headers, content);
    }

    private static JsonObject answer(String method, String url, Map<String, String> headers, byte[] body) {
        JsonObject answer = new JsonObject();
        answer.addProperty("method", method);
        answer.addProperty("target", url.substring(url.indexOf(HOST) + HOST.length()));
        JsonArray list = new JsonArray();
        for (Map.Entry<String, String> header : headers.entrySet()) {
            // The client sends no header without a value.
            if (header.getValue() == null) continue;
            JsonArray pair = new JsonArray();
            pair.add(header.getKey());
            pair.add(header.getValue());
            list.add(pair);
        }
        answer.add("headers", list);
        answer.addProperty("bodyBase64", Base64.getEncoder().encodeToString(body));
        return answer;
    }

    private static String path(JsonObject one) throws Exception {
        StringBuilder path = new StringBuilder();
        for (JsonElement part : one.getAsJsonArray("path")) {
            path.append('/').append(com.aliyuncs.auth.AcsURLEncoder.percentEncode(part.getAsString()));
        }
        return path.length() == 0 ? "/" : path.toString();
    }

    private static String text(JsonObject one, String name) {
        return one.get(name).getAsString();
    }

    private static Map<String, String> pairs(JsonObject one, String name) {
        Map<String, String> map = new LinkedHashMap<>();
        for (JsonElement pair : one.getAsJsonArray(name)) {
            map.put(pair.getAsJsonArray().get(0).getAsString(), pair.getAsJsonArray().get(1).getAsString());
        }
        return map;
    }

    private static Map<String, String> map(JsonObject one, String name) {
        Map<String, String> map = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : one.getAsJsonObject(name).entrySet()) {
            map.put(entry.getKey(), entry.getValue().getAsString());
        }
        return map;
    }
}
