using System.Globalization;
using System.Text.RegularExpressions;

namespace Aspirate.Manifests;

/// <summary>Resolves the expressions in a manifest's values: <c>{resource.path}</c>.</summary>
internal sealed partial class Expressions(Manifest manifest, Endpoints endpoints)
{
    private const int DeepestNesting = 16;

    /// <summary>What a value consists of.</summary>
    /// <param name="value">The text with expressions in it.</param>
    /// <param name="onEndpoint">Called for each endpoint that the value leads to.</param>
    /// <returns>The parts; <see langword="null"/> if it leads to an endpoint on which nothing listens in the cluster.</returns>
    public IReadOnlyList<Part>? Resolve(string value, Action<Endpoint>? onEndpoint = null)
    {
        var parts = new List<Part>();
        return Resolve(value, parts, onEndpoint ?? (_ => { }), 0) ? parts : null;
    }

    private bool Resolve(string value, List<Part> parts, Action<Endpoint> onEndpoint, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new AspirateException($"'{value}' refers to itself");
        }

        var end = 0;
        foreach (var match in Expression().EnumerateMatches(value))
        {
            AddText(parts, value[end..match.Index]);
            end = match.Index + match.Length;
            if (!ResolveOne(value[(match.Index + 1)..(end - 1)], parts, onEndpoint, depth))
            {
                return false;
            }
        }

        AddText(parts, value[end..]);
        return true;
    }

    private bool ResolveOne(string expression, List<Part> parts, Action<Endpoint> onEndpoint, int depth)
    {
        var path = expression.Split('.');
        var (name, resource) = (path[0], manifest[path[0]]);
        switch (path[1..])
        {
            case ["connectionString"] when resource.ConnectionString is { } connectionString && connectionString != $"{{{expression}}}":
                return Resolve(connectionString, parts, onEndpoint, depth + 1);
            case ["value" or "connectionString"] when resource.Type == "parameter.v0":
                AddParameter(name, resource, parts);
                return true;
            case ["value"] when resource is { Type: "annotated.string", Value: { } inner, Filter: { } filter }:
                return ResolveEncoded(inner, filter, parts, onEndpoint, depth);
            case ["value"] when resource.Value is { } inner:
                return Resolve(inner, parts, onEndpoint, depth + 1);
            case ["bindings", var binding, var property]:
                return ResolveBinding(name, binding, property, parts, onEndpoint);
            default:
                throw new AspirateException($"the manifest's expression '{{{expression}}}' is not known");
        }
    }

    private bool ResolveEncoded(string inner, string filter, List<Part> parts, Action<Endpoint> onEndpoint, int depth)
    {
        if (filter != "uri")
        {
            throw new AspirateException($"the filter '{filter}' of a manifest's text is not known; 'uri' is");
        }

        var raw = new List<Part>();
        var isThere = Resolve(inner, raw, onEndpoint, depth + 1);
        foreach (var part in raw)
        {
            if (part is SecretPart secret)
            {
                parts.Add(secret with { Key = filter });
            }
            else
            {
                AddText(parts, Uri.EscapeDataString(((TextPart)part).Text));
            }
        }

        return isThere;
    }

    private bool ResolveBinding(string name, string binding, string property, List<Part> parts, Action<Endpoint> onEndpoint)
    {
        if (!manifest[name].Bindings.ContainsKey(binding))
        {
            throw new AspirateException($"the manifest refers to the endpoint '{binding}' of '{name}', which has none of that name");
        }

        if (endpoints.Find(name, binding) is not { } endpoint)
        {
            return false;
        }

        onEndpoint(endpoint);
        var port = endpoint.Port.ToString(CultureInfo.InvariantCulture);
        AddText(parts, property switch
        {
            "url" => $"{endpoint.Scheme}://{endpoint.Host}:{port}",
            "host" => endpoint.Host,
            "port" or "targetPort" => port,
            "scheme" => endpoint.Scheme,
            _ => throw new AspirateException($"the property '{property}' of the endpoint '{binding}' of '{name}' is not known"),
        });
        return true;
    }

    private static void AddParameter(string name, ManifestResource parameter, List<Part> parts)
    {
        var input = parameter.Inputs.Values.FirstOrDefault();
        if (input?.Secret ?? true)
        {
            parts.Add(new SecretPart(name, SecretPart.ValueKey));
            return;
        }

        // As the app host reads it: a hyphen cannot be in every variable's name.
        var variable = $"Parameters__{name.Replace('-', '_')}";
        AddText(parts, Environment.GetEnvironmentVariable(variable) ?? input.Default?.Value
            ?? throw new AspirateException($"the parameter '{name}' has no value: set the environment variable {variable}"));
    }

    private static void AddText(List<Part> parts, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (parts is [.., TextPart last])
        {
            parts[^1] = new TextPart(last.Text + text);
        }
        else
        {
            parts.Add(new TextPart(text));
        }
    }

    [GeneratedRegex(@"\{[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9_-]*)+\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Expression();
}
