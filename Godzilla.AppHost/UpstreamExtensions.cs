using Microsoft.Extensions.Configuration;

namespace Godzilla.AppHost;

/// <summary>Hands the models and upstreams of the app host's configuration on to the service that serves them.</summary>
internal static class UpstreamExtensions
{
    private const string Services = "Upstreams:Services";
    private const string Key = "Key";

    /// <summary>
    /// Sets what sections <c>Models</c> and <c>Upstreams</c> say. The secret of an upstream is the parameter <c>upstream-NAME-key</c>, so that it
    /// is in no manifest and on no command line; an upstream without that parameter needs none.
    /// </summary>
    internal static IResourceBuilder<ProjectResource> WithUpstreams(this IResourceBuilder<ProjectResource> service)
    {
        var builder = service.ApplicationBuilder;
        foreach (var section in new[] { "Models", "Upstreams" })
        {
            foreach (var (key, value) in builder.Configuration.GetSection(section).AsEnumerable().Where(setting => setting.Value is not null))
            {
                service.WithEnvironment(key.Replace(":", "__", StringComparison.Ordinal), value);
            }
        }

        foreach (var upstream in builder.Configuration.GetSection(Services).GetChildren())
        {
            var parameter = $"upstream-{upstream.Key}-key";
            if (upstream[Key] is not null)
            {
                throw new InvalidOperationException($"The secret of upstream {upstream.Key} belongs in Parameters:{parameter}, not in {Services}:{upstream.Key}:{Key}.");
            }

            if (builder.Configuration[$"Parameters:{parameter}"] is not null)
            {
                service.WithEnvironment($"Upstreams__Services__{upstream.Key}__{Key}", builder.AddParameter(parameter, secret: true));
            }
        }

        return service;
    }
}
