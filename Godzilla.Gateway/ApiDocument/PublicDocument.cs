using System.Text.Json;
using System.Text.Json.Nodes;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.ApiDocument;

/// <summary>
/// The document of everything that clients can reach. It is made when it is first asked for, and again when it is older than
/// <see cref="FreshFor"/>; a service that is away then is shown as it was.
/// </summary>
internal sealed class PublicDocument(
    RoutedOperations routes, ServiceDocuments services, IOptions<DependencyFailures> failures, TimeProvider time)
{
    internal static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _byService = new(StringComparer.Ordinal);
    private Task<byte[]>? _document;
    private long _madeAt;

    /// <returns>JSON in UTF-8.</returns>
    /// <exception cref="HttpRequestException">A service is out of reach, and was never asked with success.</exception>
    public Task<byte[]> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Many who ask at once share one attempt. One that failed is not kept.
            if (_document is null || _document.IsFaulted || (_document.IsCompleted && time.GetElapsedTime(_madeAt) > FreshFor))
            {
                (_document, _madeAt) = (Task.Run(MakeAsync, CancellationToken.None), time.GetTimestamp());
            }

            return _document.WaitAsync(cancellationToken);
        }
    }

    private async Task<byte[]> MakeAsync()
    {
        var merge = new DocumentMerge(routes);
        foreach (var service in routes.Services)
        {
            try
            {
                _byService[service] = await services.ReadAsync(service);
            }
            catch (Exception exception) when (failures.Value.Match(exception) && _byService.ContainsKey(service))
            {
                // As it was.
            }

            merge.Add(service, _byService[service]);
        }

        return JsonSerializer.SerializeToUtf8Bytes(merge.Finish());
    }
}
