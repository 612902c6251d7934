using System.Net;
using System.Text.Json.Nodes;
using Godzilla.ServiceDefaults.ApiDocuments;
using Godzilla.ServiceDefaults.Identity;
using Yarp.ReverseProxy;

namespace Godzilla.Gateway.ApiDocument;

/// <summary>Asks services for their documents, the way that requests are forwarded to them.</summary>
internal sealed class ServiceDocuments(IProxyStateLookup proxy, IdentitySigner signer)
{
    // A service makes its document when it is first asked, which takes longer than reading it.
    internal static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    /// <exception cref="HttpRequestException">The service is out of reach, or does not answer with its document.</exception>
    public async Task<JsonObject> ReadAsync(string service)
    {
        if (!proxy.TryGetCluster(service, out var cluster) || cluster.DestinationsState.AvailableDestinations is not [var replica, ..])
        {
            throw new HttpRequestException($"{service} has no replica.");
        }

        var config = cluster.Model.Config.HttpRequest;
        using var limit = new CancellationTokenSource(AnswerLimit);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(replica.Model.Config.Address), ApiDocumentExtensions.Path))
        {
            Version = config?.Version ?? HttpVersion.Version11,
            VersionPolicy = config?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower,
        };
        signer.Sign(request.Headers, service, CallerIdentity.None, request.Method.Method, ApiDocumentExtensions.Path);
        try
        {
            using var response = await cluster.Model.HttpClient.SendAsync(request, limit.Token);
            response.EnsureSuccessStatusCode();
            return (JsonObject)(await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync(limit.Token), cancellationToken: limit.Token))!;
        }
        catch (OperationCanceledException exception)
        {
            throw new HttpRequestException($"{service} has no document within {AnswerLimit.TotalSeconds} s.", exception);
        }
    }
}
