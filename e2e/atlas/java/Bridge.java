import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.jersey.api.client.GenericType;
import com.sun.jersey.api.client.WebResource;
import com.sun.jersey.core.util.MultivaluedMapImpl;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.ws.rs.core.Cookie;
import javax.ws.rs.core.MultivaluedMap;
import org.apache.atlas.AtlasServiceException;
import org.apache.atlas.model.SearchFilter;
import org.apache.atlas.type.AtlasType;

/**
 * Lets a scenario call a client of Atlas, whichever methods its release has. Each line of the input
 * is a call: {"method": "name(Simple,Names,Of,Types)", "arguments": [...]}. Each line of the output is its
 * {"result": ...}, or {"error": {"type", "status", "message"}}. The method "?" lists all public ones.
 *
 * Arguments are JSON, which becomes what the method takes. Those that JSON has no word for are objects:
 * {"$static": "class.FIELD"}, {"$class": "name"}, {"$file": "path"}, {"$cookie": "name=value"}, {"$kept": "key"};
 * {"$map": {...}} is a map of anything, whatever the method says is in it.
 * What a call gives that is no data is kept, and is {"$kept": "key"}.
 */
public final class Bridge {
    private static final ObjectMapper JSON = new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private final Object client;
    private final Map<String, Method> methods = new TreeMap<>();
    private final Map<String, Object> kept = new HashMap<>();

    private Bridge(Object client) {
        this.client = client;
        for (Method method : client.getClass().getMethods()) {
            if (method.getDeclaringClass().getName().startsWith("org.apache.atlas.") && !method.isBridge()) {
                String types = Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(","));
                methods.put(method.getName() + "(" + types + ")", method);
            }
        }
    }

    /** Arguments: the client's class, and the address of the server. */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err);
        Object client = Class.forName(arguments[0]).getConstructor(String[].class, String[].class)
            .newInstance(new String[] {arguments[1]}, new String[] {"admin", "admin"});
        Bridge bridge = new Bridge(client);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(JSON.writeValueAsString(bridge.answer(JSON.readTree(line))));
        }
    }

    private JsonNode answer(JsonNode call) {
        ObjectNode answer = JSON.createObjectNode();
        try {
            answer.set("result", call(call.get("method").asText(), call.get("arguments")));
        } catch (InvocationTargetException thrown) {
            answer.set("error", describe(thrown.getCause()));
        } catch (Exception | LinkageError thrown) {
            answer.set("error", describe(thrown));
        }
        return answer;
    }

    private static JsonNode describe(Throwable thrown) {
        ObjectNode error = JSON.createObjectNode();
        error.put("type", thrown.getClass().getSimpleName());
        error.put("message", String.valueOf(thrown.getMessage()));
        if (thrown instanceof AtlasServiceException && ((AtlasServiceException) thrown).getStatus() != null) {
            error.put("status", ((AtlasServiceException) thrown).getStatus().getStatusCode());
        }
        return error;
    }

    private JsonNode call(String name, JsonNode arguments) throws Exception {
        if (name.equals("?")) {
            return JSON.valueToTree(methods.keySet());
        }
        Method method = methods.get(name);
        if (method == null) {
            throw new NoSuchMethodException(name);
        }
        Type[] types = method.getGenericParameterTypes();
        Object[] values = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            values[i] = value(arguments.get(i), method.getParameterTypes()[i], types[i]);
        }
        return result(method.invoke(client, values));
    }

    private Object value(JsonNode given, Class<?> wanted, Type type) throws Exception {
        if (given == null || given.isNull()) {
            return null;
        }
        if (given.has("$static")) {
            String name = given.get("$static").asText();
            int dot = name.lastIndexOf('.');
            return Class.forName(name.substring(0, dot)).getField(name.substring(dot + 1)).get(null);
        }
        if (given.has("$class")) {
            Class<?> named = Class.forName(given.get("$class").asText());
            return wanted == GenericType.class ? new GenericType<Object>(named) { } : named;
        }
        if (given.has("$file")) {
            return new FileInputStream(given.get("$file").asText());
        }
        if (given.has("$cookie")) {
            String[] parts = given.get("$cookie").asText().split("=", 2);
            return new Cookie(parts[0], parts[1]);
        }
        if (given.has("$map")) {
            return JSON.convertValue(given.get("$map"), Map.class);
        }
        if (given.has("$kept")) {
            return kept.get(given.get("$kept").asText());
        }
        if (MultivaluedMap.class.isAssignableFrom(wanted)) {
            MultivaluedMapImpl map = new MultivaluedMapImpl();
            given.fields().forEachRemaining(entry -> map.add(entry.getKey(), entry.getValue().asText()));
            return map;
        }
        if (wanted == SearchFilter.class) {
            SearchFilter filter = new SearchFilter();
            given.fields().forEachRemaining(entry -> filter.setParam(entry.getKey(), entry.getValue().asText()));
            return filter;
        }
        if (wanted == Instant.class) {
            return Instant.parse(given.asText());
        }
        if (JsonNode.class.isAssignableFrom(wanted)) {
            return given;
        }
        return data(given, wanted, type);
    }

    private static Object data(JsonNode given, Class<?> wanted, Type type) throws Exception {
        Class<?> item = wanted.isArray() ? wanted.getComponentType() : wanted;
        String text = type.getTypeName();
        if (!text.contains("org.apache.atlas.v1.")) {
            return JSON.readValue(JSON.treeAsTokens(given), JSON.constructType(type));
        }
        if (given instanceof ArrayNode) { // an array or a collection of what the first version knows
            Class<?> of = wanted.isArray() ? item : Class.forName(text.substring(text.indexOf('<') + 1, text.indexOf('>')));
            List<Object> values = new ArrayList<>();
            for (JsonNode one : given) {
                values.add(AtlasType.fromV1Json(one.toString(), of));
            }
            return wanted.isArray() ? values.toArray((Object[]) java.lang.reflect.Array.newInstance(of, 0)) : values;
        }
        return AtlasType.fromV1Json(given.toString(), wanted);
    }

    private JsonNode result(Object given) throws Exception {
        if (given == null) {
            return NullNode.getInstance();
        }
        if (given instanceof JsonNode) {
            return (JsonNode) given;
        }
        if (given instanceof InputStream) {
            Path file = Files.createTempFile("bridge", ".bin");
            Files.copy((InputStream) given, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            return JSON.createObjectNode().put("$file", file.toString());
        }
        String name = given.getClass().getName();
        if (given instanceof WebResource || name.contains("$API")) {
            String key = String.valueOf(kept.size());
            kept.put(key, given);
            return JSON.createObjectNode().put("$kept", key);
        }
        if (name.startsWith("org.apache.atlas.v1.") || given instanceof List && !((List<?>) given).isEmpty() && ((List<?>) given).get(0).getClass().getName().startsWith("org.apache.atlas.v1.")) {
            return JSON.readTree(AtlasType.toV1Json(given));
        }
        return JSON.valueToTree(given);
    }
}
