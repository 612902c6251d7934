using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Aspirate.Rendering;

/// <summary>
/// <c>values.yaml</c> of a template folder: what no manifest says. <c>projects</c> and <c>containers</c> hold for all of them, and
/// <c>workloads.NAME</c> overrides that for one.
/// </summary>
internal sealed class Values
{
    private readonly Dictionary<string, object?> _values;

    private Values(Dictionary<string, object?> values) => _values = values;

    public IReadOnlyDictionary<string, object?> All => _values;

    public static Values Read(string file)
    {
        if (!File.Exists(file))
        {
            return new([]);
        }

        try
        {
            var read = new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<object?>(File.ReadAllText(file));
            return new(Map(read));
        }
        catch (Exception exception) when (exception is YamlException or InvalidCastException)
        {
            throw new AspirateException($"'{file}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The values of one workload.</summary>
    public Dictionary<string, object?> Of(string name, bool isProject) =>
        Merge(Map(_values.GetValueOrDefault(isProject ? "projects" : "containers")), Map(Map(_values.GetValueOrDefault("workloads")).GetValueOrDefault(name)));

    /// <summary>The names of those for which there are values.</summary>
    public IEnumerable<string> Workloads => Map(_values.GetValueOrDefault("workloads")).Keys;

    private static Dictionary<string, object?> Merge(Dictionary<string, object?> under, Dictionary<string, object?> over)
    {
        foreach (var (key, value) in over)
        {
            under[key] = value is Dictionary<string, object?> map && under.GetValueOrDefault(key) is Dictionary<string, object?> below ? Merge(below, map) : value;
        }

        return under;
    }

    private static Dictionary<string, object?> Map(object? value) => value switch
    {
        null => [],
        IEnumerable<KeyValuePair<object, object?>> map => map.ToDictionary(e => (string)e.Key, e => Convert(e.Value), StringComparer.Ordinal),
        IEnumerable<KeyValuePair<string, object?>> map => map.ToDictionary(e => e.Key, e => Convert(e.Value), StringComparer.Ordinal),
        _ => throw new InvalidCastException($"'{value}' is no map"),
    };

    // A copy at each step, so that what one workload overrides stays its own.
    private static object? Convert(object? value) => value switch
    {
        IEnumerable<KeyValuePair<object, object?>> or IEnumerable<KeyValuePair<string, object?>> => Map(value),
        IEnumerable<object?> list => list.Select(Convert).ToList(),
        "true" => true,
        "false" => false,
        _ => value,
    };
}
