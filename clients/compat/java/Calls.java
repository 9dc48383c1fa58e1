import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads calls, makes them and writes their answers, for all generations. */
final class Calls {
    static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    interface Client {
        JsonObject call(Call call) throws Exception;
    }

    /** One call, as in ../call.ts. */
    static final class Call {
        String product;
        String version;
        String action;
        Map<String, String> parameters;
        Map<String, Object> structured;
        Key key;
        String endpoint;
        String protocol;
        String setting;
    }

    static final class Key {
        String accessKeyId;
        String accessKeySecret;
        String securityToken;
    }

    static final class Line {
        List<Call> calls;
    }

    private Calls() {}

    /** Answers each line of standard input; the calls of one line are made at the same time. */
    static void serve(Client client) throws Exception {
        // What clients print to standard output must not stand between the answers.
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ExecutorService threads = Executors.newCachedThreadPool();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            List<Future<JsonObject>> waiting = new ArrayList<>();
            for (Call call : GSON.fromJson(line, Line.class).calls) waiting.add(threads.submit(() -> client.call(call)));
            List<JsonObject> answers = new ArrayList<>();
            for (Future<JsonObject> one : waiting) answers.add(one.get());
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("answers", answers);
            out.println(GSON.toJson(answer));
        }
        System.exit(0);
    }

    /** The client has no such operation or parameter. */
    static JsonObject absent(String name) {
        JsonObject answer = new JsonObject();
        answer.addProperty("absent", name);
        return answer;
    }

    static JsonObject body(JsonElement typed) {
        JsonObject answer = new JsonObject();
        answer.add("body", typed);
        return answer;
    }

    static JsonObject failed(Throwable error, String code, Integer status) {
        JsonObject told = new JsonObject();
        told.addProperty("type", error.getClass().getSimpleName());
        told.addProperty("code", code == null ? "" : code);
        told.addProperty("status", status);
        told.addProperty("message", String.valueOf(error.getMessage()));
        JsonObject answer = new JsonObject();
        answer.add("error", told);
        return answer;
    }

    /** Public method of this name, in any letter case, with so many parameters; `null` if absent. */
    static Method method(Class<?> type, String name, int parameters) {
        for (Method method : type.getMethods()) {
            boolean fits = method.getName().equalsIgnoreCase(name) && method.getParameterCount() == parameters;
            if (fits && !method.isBridge()) return method;
        }
        return null;
    }

    /** Text, list or map as a value of the type that a setter takes. */
    static Object converted(Object value, java.lang.reflect.Type type) {
        if (type == String.class) return value instanceof String ? value : GSON.toJson(value);
        return GSON.fromJson(GSON.toJson(value), type);
    }
}
