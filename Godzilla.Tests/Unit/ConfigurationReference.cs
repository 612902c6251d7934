using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Godzilla.Tests.Unit;

/// <summary>Writes the reference of all configuration keys from the options classes: those with a <c>Section</c>.</summary>
internal static partial class ConfigurationReference
{
    private static readonly (string Assembly, string Heading)[] Services =
    [
        ("Godzilla.ServiceDefaults", "Every service"),
        ("Godzilla.Gateway", "Gateway"),
        ("Godzilla.Accounts", "Accounts"),
        ("Godzilla.Chat", "Chat"),
        ("Godzilla.Presence", "Presence"),
        ("Godzilla.Inference", "Inference"),
    ];

    /// <returns>A heading and a table for each service, in Markdown.</returns>
    public static string Write()
    {
        var reference = new StringBuilder();
        foreach (var (name, heading) in Services)
        {
            var assembly = Assembly.Load(name);
            var summaries = Summaries(name);
            reference.Append(CultureInfo.InvariantCulture, $"### {heading}\n\n| key | default | values | meaning |\n|---|---|---|---|\n");

            // In the order of their properties, which may speak of those before.
            var sections = assembly.GetTypes().Where(type => Constant(type, "Section") is not null)
                .Select(type => (Name: Constant(type, "Section")!, Rows: Rows(type, Constant(type, "Section")!, Activator.CreateInstance(type)!, summaries)));
            var keys = assembly.GetTypes().Where(type => Constant(type, "Key") is not null && type.Name.EndsWith("Options", StringComparison.Ordinal))
                .Select(type => (Name: Constant(type, "Key")!, Rows: Enumerable.Repeat(
                    new Row(Constant(type, "Key")!, $"`{Constant(type, "Local")}`", "", summaries[$"T:{type.FullName}"]), 1)));
            foreach (var row in sections.Concat(keys).OrderBy(section => section.Name, StringComparer.Ordinal).SelectMany(section => section.Rows))
            {
                reference.Append(CultureInfo.InvariantCulture, $"| `{row.Key}` | {row.Default} | {row.Values} | {row.Meaning} |\n");
            }

            reference.Append('\n');
        }

        return reference.ToString();
    }

    private static string? Constant(Type type, string name) =>
        type.GetField(name, BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly) is { IsLiteral: true } field ? field.GetRawConstantValue() as string : null;

    private static IEnumerable<Row> Rows(Type type, string prefix, object options, Dictionary<string, string> summaries)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (value, key, meaning) = (property.GetValue(options), $"{prefix}:{property.Name}", summaries.GetValueOrDefault($"P:{type.FullName}.{property.Name}", ""));
            if (property.PropertyType is { IsGenericType: true } generic && generic.GetGenericTypeDefinition() == typeof(IDictionary<,>))
            {
                var element = generic.GenericTypeArguments[1];
                foreach (var row in Rows(element, $"{key}:{{name}}", Activator.CreateInstance(element)!, summaries))
                {
                    yield return row;
                }
            }
            else if (value is IEnumerable<string> list)
            {
                yield return new Row($"{key}:{{n}}", string.Join(", ", list.Select(item => $"`{item}`")), "", meaning);
            }
            else if (property.PropertyType.Assembly == type.Assembly && property.PropertyType.IsClass)
            {
                foreach (var row in Rows(property.PropertyType, key, value!, summaries))
                {
                    yield return row with { Meaning = $"{meaning} {row.Meaning}" };
                }
            }
            else if (property.CanWrite)
            {
                yield return new Row(key, value is null or "" ? "" : $"`{Text(value)}`", Values(property), meaning);
            }
        }
    }

    private static string Values(PropertyInfo property) =>
        property.GetCustomAttribute<RangeAttribute>() is { } range ? $"{Text(range.Minimum)} to {Text(range.Maximum)}"
        : property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed ? string.Join(", ", allowed.Values)
        : property.PropertyType == typeof(bool) ? "true, false"
        : "";

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        TimeSpan { Milliseconds: > 0 } time => time.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0'),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // What the compiler has written beside the assembly.
    private static Dictionary<string, string> Summaries(string assembly) =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly}.xml")).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Markdown(member.Element("summary")!), StringComparer.Ordinal);

    private static string Markdown(XElement summary)
    {
        var text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" } see => $"`{(see.Attribute("cref") ?? see.Attribute("langword"))!.Value.Split('.')[^1]}`",
            XElement element => $"`{element.Value}`",
            _ => node.ToString(),
        }));
        return Space().Replace(text.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    private sealed record Row(string Key, string Default, string Values, string Meaning);
}
