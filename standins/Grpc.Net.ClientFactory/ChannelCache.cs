using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.Net.ClientFactory;

/// <summary>One channel for each registered client, since a channel holds connections and clients come and go.</summary>
internal sealed class ChannelCache(
    IServiceScopeFactory scopes,
    ILoggerFactory loggerFactory,
    IOptionsMonitor<GrpcClientFactoryOptions> clientOptions,
    IOptionsMonitor<HttpClientFactoryOptions> httpOptions,
    IHttpMessageHandlerFactory handlers)
{
    private readonly ConcurrentDictionary<(string Name, Type Type), Lazy<ClientChannel>> _channels = new();

    /// <summary>The channel of a client, and what of its HttpClient's configuration goes into each call.</summary>
    /// <exception cref="InvalidOperationException">The client has no address, or call credentials that it must not send in plain text.</exception>
    public ClientChannel Get(string name, Type type)
    {
        var channel = _channels.GetOrAdd((name, type), key => new Lazy<ClientChannel>(() => Create(key.Name, key.Type)));
        try
        {
            return channel.Value;
        }
        catch
        {
            // The next to ask may find the configuration mended.
            _channels.TryRemove(KeyValuePair.Create((name, type), channel));
            throw;
        }
    }

    private ClientChannel Create(string name, Type type)
    {
        // Lives as long as the channel does, for the sake of the channel's interceptors.
        var scope = scopes.CreateScope();
        try
        {
            var options = clientOptions.Get(name);
            var (baseAddress, headers) = ApplyHttpClientActions(httpOptions.Get(name));
            var channelOptions = new GrpcChannelOptions
            {
                HttpHandler = handlers.CreateHandler(name),
                LoggerFactory = loggerFactory,
                ServiceProvider = scope.ServiceProvider,
            };
            foreach (var action in options.ChannelOptionsActions)
            {
                action(channelOptions);
            }

            var address = options.Address ?? baseAddress ?? throw new InvalidOperationException(
                $"The gRPC client '{name}' has no address; set one with AddGrpcClient<{type.Name}>(options => options.Address = …).");
            if (options.HasCallCredentials && !MaySendCredentials(channelOptions, address))
            {
                throw new InvalidOperationException(
                    $"The gRPC client '{name}' has call credentials and no TLS to send them over. Use an https address, or accept plain text "
                    + $"with ConfigureChannel(options => options.{nameof(GrpcChannelOptions.UnsafeUseInsecureChannelCallCredentials)} = true).");
            }

            var channel = GrpcChannel.ForAddress(address, channelOptions);
            return new ClientChannel(options.Intercept(channel.CreateCallInvoker(), InterceptorScope.Channel, scope.ServiceProvider), headers);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    // A gRPC client has no HttpClient, so what was asked of one is asked of a stand-in for it, and read off again.
    private static (Uri? BaseAddress, Action<CallOptionsContext>? Headers) ApplyHttpClientActions(HttpClientFactoryOptions options)
    {
        if (options.HttpClientActions.Count == 0)
        {
            return (null, null);
        }

        using var http = new HttpClient();
        foreach (var action in options.HttpClientActions)
        {
            action(http);
        }

        var headers = http.DefaultRequestHeaders.Select(header => (Key: header.Key.ToLowerInvariant(), Values: header.Value.ToArray())).ToArray();
        return (http.BaseAddress, headers.Length == 0 ? null : AddHeaders);

        void AddHeaders(CallOptionsContext context)
        {
            var metadata = context.CallOptions.Headers ?? [];
            foreach (var (key, values) in headers.Where(header => metadata.Get(header.Key) is null))
            {
                foreach (var value in values)
                {
                    metadata.Add(key, value);
                }
            }

            context.CallOptions = context.CallOptions.WithHeaders(metadata);
        }
    }

    private static bool MaySendCredentials(GrpcChannelOptions options, Uri address)
    {
        if (options.UnsafeUseInsecureChannelCallCredentials || address.Scheme == Uri.UriSchemeHttps)
        {
            return true;
        }

        // With another scheme, such as that of a resolver, the channel's credentials decide.
        return address.Scheme != Uri.UriSchemeHttp && options.Credentials is { } credentials && TlsDetector.UsesTls(credentials);
    }

    private sealed class TlsDetector : ChannelCredentialsConfiguratorBase
    {
        private bool _tls;

        public static bool UsesTls(ChannelCredentials credentials)
        {
            var detector = new TlsDetector();
            credentials.InternalPopulateConfiguration(detector, credentials);
            return detector._tls;
        }

        public override void SetInsecureCredentials(object state)
        {
        }

        public override void SetSslCredentials(
            object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback) => _tls = true;

        public override void SetCompositeCredentials(object state, ChannelCredentials channelCredentials, CallCredentials callCredentials) =>
            _tls = UsesTls(channelCredentials);
    }
}

internal sealed record ClientChannel(CallInvoker Invoker, Action<CallOptionsContext>? Headers);
