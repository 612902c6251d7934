using System.Text.Encodings.Web;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Publishing;

/// <summary>Writes the application's manifest to the file that the command line names.</summary>
internal sealed class ManifestPublisher(DistributedApplicationModel model, DistributedApplicationExecutionContext executionContext, IConfiguration configuration)
{
    // It is no HTML: "&" and "+" stay as they are.
    private static readonly JsonWriterOptions Json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>The file's path.</returns>
    public async Task<string> PublishAsync(CancellationToken cancellationToken)
    {
        var path = ManifestOptions.PathIn(configuration);
        var content = new MemoryStream();
        await using (var json = new Utf8JsonWriter(content, Json))
        {
            await new ManifestWriter(json, Path.GetDirectoryName(path)!, executionContext).WriteAsync(model, cancellationToken);
        }

        try
        {
            // Nothing is left half written: the file is written when all of it is known.
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content.ToArray(), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"the manifest cannot be written to '{path}': {exception.Message}", exception);
        }

        return path;
    }
}
