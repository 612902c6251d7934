using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using Godzilla.Inference.Models;
using Microsoft.Extensions.Options;
using Polly.CircuitBreaker;

namespace Godzilla.Inference.Upstreams;

/// <summary>Sends requests to upstreams.</summary>
internal sealed class UpstreamClient(IHttpClientFactory clients, UpstreamHealth health, IOptions<UpstreamOptions> options)
{
    /// <summary>The name of the client.</summary>
    public const string Name = "upstream";

    private static readonly HttpRequestOptionsKey<string> Upstream = new("upstream");

    /// <summary>The upstream that a request goes to.</summary>
    public static string UpstreamOf(HttpRequestMessage request) => request.Options.TryGetValue(Upstream, out var upstream) ? upstream : "";

    /// <summary>The upstreams of a model in the order in which to ask them: drawn by their weights.</summary>
    public static IEnumerable<string> OrderOf(Model model) => model.Upstreams
        .Select(upstream => (upstream.Key, At: -Math.Log(1 - Random.Shared.NextDouble()) / upstream.Value.Weight))
        .OrderBy(upstream => upstream.At)
        .Select(upstream => upstream.Key);

    /// <summary>Sends a JSON body, and returns once the head of the answer is there.</summary>
    /// <param name="upstream">The upstream's name.</param>
    /// <param name="path">Relative to the base of its API.</param>
    /// <param name="body">The JSON.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<HttpResponseMessage> SendAsync(string upstream, string path, byte[] body, CancellationToken cancellationToken)
    {
        var service = options.Value.Services[upstream];
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{service.Address.TrimEnd('/')}/{path}")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json) } },
        };
        request.Options.Set(Upstream, upstream);
        if (service.Key.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(
                service.KeyHeader, service.KeyHeader.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? $"Bearer {service.Key}" : service.Key);
        }

        using var http = clients.CreateClient(Name);
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode < HttpStatusCode.InternalServerError)
            {
                health.Reach(upstream);
            }

            return response;
        }
        catch (BrokenCircuitException)
        {
            health.Leave(upstream);
            throw;
        }
    }
}
