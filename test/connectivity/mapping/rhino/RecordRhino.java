// Records what Rhino makes of the scripts of a file, with the settings of Ditto's mapper. Each line of the file is an object with `is` and
// `script`; it becomes the same with `gives`, the message that the script makes of the payload "a=1;b=22", or `fails`.
//
//   java -cp rhino-1.9.1.jar RecordRhino.java scripts.jsonl

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ContextFactory;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.ScriptableObject;

public class RecordRhino {
  static final class LikeDitto extends ContextFactory {
    @Override
    protected Context makeContext() {
      Context context = super.makeContext();
      context.setInterpretedMode(true);
      context.setLanguageVersion(Context.VERSION_ES6);
      context.setMaximumInterpreterStackDepth(25);
      return context;
    }

    @Override
    public boolean hasFeature(Context context, int feature) {
      return feature == Context.FEATURE_MEMBER_EXPR_AS_FUNCTION_NAME || super.hasFeature(context, feature);
    }
  }

  public static void main(String[] files) throws Exception {
    Path file = Path.of(files[0]);
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) rows.add(new LikeDitto().call(context -> recorded(context, line)));
    Files.write(file, rows);
  }

  static String recorded(Context context, String line) {
    ScriptableObject own = context.initSafeStandardObjects();
    ScriptableObject.putProperty(own, "line", line);
    run(context, own, "var row = JSON.parse(line); delete row.gives; delete row.fails;");
    try {
      ScriptableObject scope = context.initSafeStandardObjects();
      run(context, scope, (String) run(context, own, "row.script"));
      String call = "JSON.stringify(mapToDittoProtocolMsg({}, 'a=1;b=22', null, 'text/plain'))";
      ScriptableObject.putProperty(own, "given", run(context, scope, call));
      run(context, own, "row.gives = JSON.parse(given);");
    } catch (RhinoException failure) {
      run(context, own, "row.fails = true;");
    }
    return (String) run(context, own, "JSON.stringify(row)");
  }

  static Object run(Context context, ScriptableObject scope, String script) {
    return context.evaluateString(scope, script, "script", 1, null);
  }
}
