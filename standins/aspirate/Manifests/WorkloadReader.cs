using System.Text;

namespace Aspirate.Manifests;

/// <summary>Finds the workloads in a manifest, and what each is started with.</summary>
internal sealed class WorkloadReader(Manifest manifest, Endpoints endpoints, Images images)
{
    private readonly Expressions _expressions = new(manifest, endpoints);

    public IReadOnlyList<Workload> Read() =>
        [.. manifest.Resources.Where(r => r.Value.IsProject || r.Value.IsContainer).Select(r => Read(r.Key, r.Value))];

    private Workload Read(string name, ManifestResource resource)
    {
        var calls = new List<Endpoint>();
        var (config, secrets, composed) = (new List<Variable>(), new List<SecretVariable>(), new List<(string Name, IReadOnlyList<Part> Parts)>());
        foreach (var (variable, value) in resource.Env)
        {
            switch (_expressions.Resolve(value, OnCall))
            {
                case null:
                    break; // It leads to where nothing listens.
                case [SecretPart secret]:
                    secrets.Add(new(variable, secret));
                    break;
                case var parts when parts.Any(part => part is SecretPart):
                    composed.Add((variable, parts));
                    break;
                case var parts:
                    config.Add(new(variable, string.Concat(parts.Cast<TextPart>().Select(part => part.Text))));
                    break;
            }
        }

        return new(
            name,
            resource,
            images.Of(name, resource),
            [.. endpoints.Of(name)],
            config,
            secrets,
            [.. composed.Select(c => new Variable(c.Name, Compose(c.Parts, secrets)))],
            calls);

        void OnCall(Endpoint endpoint)
        {
            if (endpoint.Resource != name && !calls.Contains(endpoint))
            {
                calls.Add(endpoint);
            }
        }
    }

    /// <summary>Puts a value together. A secret in it is a variable of its own, which is added where none has it yet.</summary>
    private static string Compose(IReadOnlyList<Part> parts, List<SecretVariable> secrets)
    {
        var value = new StringBuilder();
        foreach (var part in parts)
        {
            if (part is not SecretPart secret)
            {
                value.Append(((TextPart)part).Text.Replace("$(", "$$(", StringComparison.Ordinal)); // Not a reference to a variable.
                continue;
            }

            var variable = secrets.Find(s => s.Secret == secret);
            if (variable is null)
            {
                secrets.Add(variable = new($"{secret.Parameter}_{secret.Key}".ToUpperInvariant().Replace('-', '_'), secret));
            }

            value.Append("$(").Append(variable.Name).Append(')');
        }

        return value.ToString();
    }
}
