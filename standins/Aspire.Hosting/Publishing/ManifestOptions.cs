using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Publishing;

/// <summary>What the command line asks to be published, and where.</summary>
internal static class ManifestOptions
{
    private const string Publisher = "manifest";
    private const string Step = "publish-manifest";
    private const string DefaultFile = "aspire-manifest.json";

    /// <returns>The full path of the manifest to write.</returns>
    /// <exception cref="DistributedApplicationException">Something else than the manifest is asked for, or no path is given.</exception>
    public static string PathIn(IConfiguration configuration)
    {
        var publisher = configuration["publisher"] ?? configuration["Publishing:Publisher"];
        var step = configuration["step"] ?? configuration["Pipeline:Step"];
        var isManifest = publisher is { Length: > 0 }
            ? string.Equals(publisher, Publisher, StringComparison.OrdinalIgnoreCase)
            : string.Equals(step, Step, StringComparison.OrdinalIgnoreCase);
        if (!isManifest)
        {
            throw new DistributedApplicationException($"only the manifest can be published: --publisher {Publisher}, or --operation publish --step {Step}");
        }

        return (configuration["output-path"] ?? configuration["Publishing:OutputPath"]) is { Length: > 0 } path
            ? Path.GetFullPath(path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? path : Path.Combine(path, DefaultFile))
            : throw new DistributedApplicationException("--output-path is missing: where the manifest is written");
    }
}
