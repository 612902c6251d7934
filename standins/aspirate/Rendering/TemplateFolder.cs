using System.Text.Encodings.Web;
using System.Text.Json;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;

namespace Aspirate.Rendering;

/// <summary>
/// A folder of Handlebars templates. What is in <c>workload</c> is rendered for each workload, into a folder of its name; what is in
/// <c>application</c> is rendered once, to the same place. A file that would be blank is not written. What is in <c>partials</c> is for
/// the others to include.
/// </summary>
internal sealed class TemplateFolder
{
    private const string Extension = ".hbs";
    private const string ValuesFile = "values.yaml";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string File, HandlebarsTemplate<object, object> Render)> _workload;
    private readonly List<(string File, HandlebarsTemplate<object, object> Render)> _application;

    public TemplateFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new AspirateException($"there is no folder of templates '{path}'");
        }

        Values = Values.Read(Path.Combine(path, ValuesFile));
        var handlebars = Handlebars.Create(new HandlebarsConfiguration
        {
            NoEscape = true, // It is YAML, no HTML.
            ThrowOnUnresolvedBindingExpression = true,
        });

        // A JSON string is a YAML string too, whatever is in it.
        handlebars.RegisterHelper("quote", (output, _, arguments) => output.WriteSafeString(JsonSerializer.Serialize($"{arguments[0]}", Json)));
        handlebars.RegisterHelper("equals", (output, options, context, arguments) =>
        {
            var render = Equals($"{arguments[0]}", $"{arguments[1]}") ? (Action<EncodedTextWriter, Context>)((o, c) => options.Template(o, c)) : (o, c) => options.Inverse(o, c);
            render(output, context);
        });
        foreach (var (file, text) in Read(Path.Combine(path, "partials")))
        {
            handlebars.RegisterTemplate(Path.GetFileNameWithoutExtension(file), text);
        }

        _workload = Compile("workload");
        _application = Compile("application");

        List<(string, HandlebarsTemplate<object, object>)> Compile(string folder) =>
            [.. Read(Path.Combine(path, folder)).Select(t => (t.File, handlebars.Compile(t.Text)))];
    }

    /// <summary>The values that come with the templates.</summary>
    public Values Values { get; }

    /// <returns>The files for one workload.</returns>
    public IEnumerable<(string File, string Text)> RenderWorkload(string name, object data) =>
        Render(_workload, data).Select(f => (Path.Combine(name, f.File), f.Text));

    /// <returns>The files for all together.</returns>
    public IEnumerable<(string File, string Text)> RenderApplication(object data) => Render(_application, data);

    private static IEnumerable<(string File, string Text)> Render(List<(string File, HandlebarsTemplate<object, object> Render)> templates, object data)
    {
        foreach (var (file, render) in templates)
        {
            string text;
            try
            {
                text = render(data);
            }
            catch (Exception exception) when (exception is HandlebarsException or HandlebarsUndefinedBindingException)
            {
                throw new AspirateException($"the template '{file}' cannot be rendered: {exception.Message}", exception);
            }

            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return (Path.ChangeExtension(file, ".yaml"), text.TrimStart('\n'));
            }
        }
    }

    private static IEnumerable<(string File, string Text)> Read(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, $"*{Extension}", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => (Path.GetRelativePath(folder, f), File.ReadAllText(f)))
        : [];
}
