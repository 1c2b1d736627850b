// Runs Jenkinsfiles as Groovy does, with steps that do nothing, and prints what was called as one line of JSON: reads paths from its input.
// Knows no plugin: whatever is called is written down, with its block. Where a file is no Groovy, or fails, the line is a text.
import org.codehaus.groovy.control.CompilerConfiguration

class Call {
  String name
  List given = [], calls = [], asked = []

  String json() {
    "{\"name\": ${Call.text(name)}, \"given\": [${given.collect { Call.text(it.toString()) }.join(', ')}], \"asked\": [${asked.collect { Call.text(it.toString()) }.join(', ')}], \"calls\": [${calls*.json().join(', ')}]}"
  }

  static String text(String of) {
    def made = new StringBuilder('"')
    of.each { made << (it == '"' || it == '\\' ? '\\' + it : it < ' ' ? String.format('\\u%04x', (int) it.charAt(0)) : it) }
    made << '"'
  }
}

abstract class Recorder extends Script {
  static final words = ['any', 'none']
  List<Call> within = [new Call(name: '')]

  def invokeMethod(String name, Object of) {
    def given = of as List, call = new Call(name: name)
    within.last().calls << call
    given.each { one -> if (one instanceof Map) call.given.addAll(one.collect { "${it.key}=${it.value}" }) else if (!(one instanceof Closure)) call.given << one }
    given.findAll { it instanceof Closure }.each { Closure block ->
      within << call
      block.delegate = this
      block.resolveStrategy = Closure.DELEGATE_FIRST
      block()
      within.removeLast()
    }
    name == 'readFile' ? '' : call
  }

  def propertyMissing(String name) { name in words ? name : name == 'params' ? [:] : name == 'env' ? ['BRANCH_NAME': 'main', 'BUILD_NUMBER': '7'].withDefault { '${' + it + '}' } : super.propertyMissing(name) }
}

def shell = new GroovyShell(this.class.classLoader, new Binding(), new CompilerConfiguration(scriptBaseClass: 'Recorder'))
System.in.eachLine { path ->
  try {
    Recorder file = shell.parse(new File(path))
    file.binding = new Binding()
    // The event needs every job, and who asked is written down.
    file.metaClass.needs = { String job ->
      delegate.within.last().asked << job
      true
    }
    file.run()
    println file.within.first().json()
  } catch (Throwable failed) {
    println Call.text(failed.toString())
  }
  System.out.flush()
}
