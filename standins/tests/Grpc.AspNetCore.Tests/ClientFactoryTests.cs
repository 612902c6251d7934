using Godzilla.StandIns.Tests.Protos;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Godzilla.StandIns.Tests;

public class ClientFactoryTests(TitansServer server) : IClassFixture<TitansServer>
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task ServiceDiscoveryFindsANamedEndpoint()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration["services:titans:grpc:0"] = server.Address.ToString();
        builder.Configuration["services:titans:http:0"] = "http://127.0.0.1:1";
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
        builder.Services.AddGrpcClient<Titans.TitansClient>(options => options.Address = new("http://_grpc.titans"));
        using var host = builder.Build();

        var client = host.Services.GetRequiredService<Titans.TitansClient>();
        Assert.Equal("Mothra", (await client.DescribeAsync(new Titan { Name = "Mothra" })).Name);
        using var call = client.Count(new Number { Value = 3 });
        Assert.True(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task ACallToNobodyIsUnavailable()
    {
        using var services = Client(options => options.Address = new("http://127.0.0.1:1"));
        var call = services.GetRequiredService<Titans.TitansClient>().DescribeAsync(new());
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task InterceptorsOfTheChannelAreMadeOnceAndOfTheClientEachTime()
    {
        var (channel, client) = (0, 0);
        using var services = Client(
            options => options.Address = server.Address,
            builder => builder
                .AddInterceptor(() => new Tag("x-channel", $"{++channel}"))
                .AddInterceptor(InterceptorScope.Client, () => new Tag("x-client", $"{++client}")));

        foreach (var made in new[] { "1", "2" })
        {
            using var call = services.GetRequiredService<Titans.TitansClient>().MirrorAsync(new());
            var headers = await call.ResponseHeadersAsync;
            Assert.Equal(("1", made), (headers.GetValue("x-channel"), headers.GetValue("x-client")));
        }
    }

    [Fact]
    public async Task AnInterceptorMayBeAService()
    {
        using var services = Client(
            options => options.Address = server.Address,
            builder => builder.AddInterceptor<Tag>().Services.AddSingleton(new Tag("x-service", "yes")));
        using var call = services.GetRequiredService<Titans.TitansClient>().MirrorAsync(new());
        Assert.Equal("yes", (await call.ResponseHeadersAsync).GetValue("x-service"));
    }

    [Fact]
    public async Task CallCredentialsAreSentOnlyWhereTheyMayBe()
    {
        using var refused = Client(
            options => options.Address = server.Address, builder => builder.AddCallCredentials((_, _) => Task.CompletedTask));
        Assert.Throws<InvalidOperationException>(refused.GetRequiredService<Titans.TitansClient>);

        using var services = Client(
            options => options.Address = server.Address,
            builder => builder
                .AddCallCredentials((context, metadata) =>
                {
                    metadata.Add("x-signed", context.MethodName);
                    return Task.CompletedTask;
                })
                .AddCallCredentials((_, metadata, provider) =>
                {
                    metadata.Add("x-provider", provider.GetRequiredService<Tag>().Value);
                    return Task.CompletedTask;
                })
                .ConfigureChannel(options => options.UnsafeUseInsecureChannelCallCredentials = true)
                .Services.AddSingleton(new Tag("", "it is there")));
        using var call = services.GetRequiredService<Titans.TitansClient>().MirrorAsync(new());
        var headers = await call.ResponseHeadersAsync;
        Assert.Equal(("Mirror", "it is there"), (headers.GetValue("x-signed"), headers.GetValue("x-provider")));
    }

    [Fact]
    public async Task AddressAndHeadersOfTheHttpClientTakeEffect()
    {
        using var services = Client(_ => { }, builder => builder.ConfigureHttpClient(http =>
        {
            http.BaseAddress = server.Address;
            http.DefaultRequestHeaders.Add("X-Default", "every call");
        }));
        using var call = services.GetRequiredService<Titans.TitansClient>().MirrorAsync(new());
        Assert.Equal("every call", (await call.ResponseHeadersAsync).GetValue("x-default"));
    }

    [Fact]
    public async Task NamedClientsAreApart()
    {
        var services = new ServiceCollection();
        services.AddGrpcClient<Titans.TitansClient>("first", options => options.Address = server.Address)
            .AddInterceptor(() => new Tag("x-name", "first"));
        services.AddGrpcClient<Titans.TitansClient>("second", (_, options) => options.Address = server.Address)
            .AddInterceptor(() => new Tag("x-name", "second"));
        using var provider = services.BuildServiceProvider();
        var factory = provider.GetRequiredService<GrpcClientFactory>();

        foreach (var name in new[] { "first", "second" })
        {
            using var call = factory.CreateClient<Titans.TitansClient>(name).MirrorAsync(new());
            Assert.Equal(name, (await call.ResponseHeadersAsync).GetValue("x-name"));
        }
    }

    [Fact]
    public void MistakesAreToldAtOnce()
    {
        var services = new ServiceCollection();
        services.AddGrpcClient<Titans.TitansClient>("taken");
        Assert.Throws<InvalidOperationException>(() => services.AddGrpcClient<Grpc.Health.V1.Health.HealthClient>("taken"));
        Assert.Throws<InvalidOperationException>(() => services.AddHttpClient("plain").AddInterceptor(() => new Tag("", "")));
        Assert.Throws<InvalidOperationException>(() => services.AddHttpClient("plain").EnableCallContextPropagation());

        using var provider = services.BuildServiceProvider();
        Assert.Throws<InvalidOperationException>(provider.GetRequiredService<Titans.TitansClient>);
        Assert.Throws<InvalidOperationException>(() =>
            provider.GetRequiredService<GrpcClientFactory>().CreateClient<Grpc.Health.V1.Health.HealthClient>("taken"));
    }

    [Fact]
    public void AClientMayBeMadeAnotherWay()
    {
        using var services = Client(
            options => options.Address = server.Address,
            builder => builder.ConfigureGrpcClientCreator(invoker => new OwnClient(invoker)));
        Assert.IsType<OwnClient>(services.GetRequiredService<Titans.TitansClient>());
    }

    [Fact]
    public async Task ADeadlinePassesOnToTheCallsThatAServerMakes()
    {
        await using var front = Front(_ => { });
        await front.InitializeAsync();
        using var services = Client(options => options.Address = front.Address);
        var client = services.GetRequiredService<Titans.TitansClient>();
        var deadline = DateTime.UtcNow.AddMilliseconds(500);

        var call = client.SleepAsync(new(), new Metadata { { "id", _id } }, deadline);
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        Assert.InRange(await server.Log.CancelledAsync(_id), deadline.AddSeconds(-5), deadline.AddSeconds(5));
    }

    [Fact]
    public async Task ACancellationPassesOnToTheCallsThatAServerMakes()
    {
        await using var front = Front(_ => { });
        await front.InitializeAsync();
        using var services = Client(options => options.Address = front.Address);

        using (var call = services.GetRequiredService<Titans.TitansClient>().SleepStream(new(), new Metadata { { "id", _id } }))
        {
            Assert.True(await call.ResponseStream.MoveNext());
        }

        await server.Log.CancelledAsync(_id);
    }

    [Fact]
    public async Task OutsideOfACallThereIsNothingToPassOn()
    {
        using var strict = Client(options => options.Address = server.Address, builder => builder.EnableCallContextPropagation());
        Assert.Throws<InvalidOperationException>(() => strict.GetRequiredService<Titans.TitansClient>().DescribeAsync(new()));

        using var lenient = Client(
            options => options.Address = server.Address,
            builder => builder.EnableCallContextPropagation(options => options.SuppressContextNotFoundErrors = true));
        Assert.Equal(new Titan(), await lenient.GetRequiredService<Titans.TitansClient>().DescribeAsync(new()));
    }

    private static ServiceProvider Client(Action<GrpcClientFactoryOptions> configure, Action<IHttpClientBuilder>? build = null)
    {
        var services = new ServiceCollection();
        var builder = services.AddGrpcClient<Titans.TitansClient>(configure);
        build?.Invoke(builder);
        return services.BuildServiceProvider();
    }

    // A server that only passes calls on to the other.
    private TitansServer Front(Action<IServiceCollection> configure) => new()
    {
        Configure = services =>
        {
            services.AddGrpcClient<Titans.TitansClient>(options => options.Address = server.Address).EnableCallContextPropagation();
            services.AddGrpc().AddServiceOptions<TitansService>(options => options.Interceptors.Add<PassOn>());
            configure(services);
        },
    };

    private sealed class OwnClient(CallInvoker invoker) : Titans.TitansClient(invoker);

    private sealed class Tag(string key, string value) : Interceptor
    {
        public string Value => value;

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            Metadata headers = [.. context.Options.Headers ?? [], new(key, value)];
            return continuation(request, new(context.Method, context.Host, context.Options.WithHeaders(headers)));
        }
    }

    private sealed class PassOn(Titans.TitansClient next) : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            (TResponse)(object)await next.SleepAsync((Empty)(object)request, Id(context));

        public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            // A token of its own beside the served call's: both count.
            using var own = new CancellationTokenSource();
            using var call = next.SleepStream((Empty)(object)request, Id(context), cancellationToken: own.Token);
            await foreach (var number in call.ResponseStream.ReadAllAsync())
            {
                await responseStream.WriteAsync((TResponse)(object)number);
            }
        }

        private static Metadata Id(ServerCallContext context) => new() { { "id", context.RequestHeaders.GetValue("id")! } };
    }
}
