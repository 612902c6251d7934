using System.Text.Json.Nodes;
using Godzilla.ServiceDefaults.ApiDocuments;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Gateway.ApiDocument;

/// <summary>Asks services for their documents.</summary>
internal sealed class ServiceDocuments(IHttpClientFactory clients, IdentitySigner signer)
{
    // A service makes its document when it is first asked, which takes longer than reading it.
    internal static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    /// <exception cref="HttpRequestException">The service is out of reach, or does not answer with its document.</exception>
    public async Task<JsonObject> ReadAsync(string service)
    {
        using var limit = new CancellationTokenSource(AnswerLimit);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{service}{ApiDocumentExtensions.Path}");
        signer.Sign(request.Headers, service, CallerIdentity.None, request.Method.Method, ApiDocumentExtensions.Path);
        try
        {
            using var http = clients.CreateClient(nameof(ServiceDocuments));
            using var response = await http.SendAsync(request, limit.Token);
            response.EnsureSuccessStatusCode();
            return (JsonObject)(await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync(limit.Token), cancellationToken: limit.Token))!;
        }
        catch (OperationCanceledException exception)
        {
            throw new HttpRequestException($"{service} has no document within {AnswerLimit.TotalSeconds} s.", exception);
        }
    }
}
