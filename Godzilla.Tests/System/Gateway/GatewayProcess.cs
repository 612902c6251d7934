using Aspire.Hosting.Testing;
using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System.Gateway;

/// <summary>A gateway in a process of its own, with settings of its own, in front of an upstream of the test: at <c>/open</c> without a session.</summary>
internal sealed class GatewayProcess : IDisposable
{
    private GatewayProcess(ServiceProcess process, Uri address) =>
        (Process, Address, Http) = (process, address, GodzillaApp.CreateClient(address));

    public ServiceProcess Process { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public static async Task<GatewayProcess> StartAsync(RecordingUpstream upstream, params (string Key, string Value)[] settings)
    {
        var process = ServiceProcess.Start(
            "Gateway",
            [
                ("ReverseProxy__Routes__open__ClusterId", "chat"),
                ("ReverseProxy__Routes__open__Match__Path", "/open/{**rest}"),
                ("ReverseProxy__Routes__open__Metadata__Session", "None"),
                ("services__chat__http__0", upstream.Address.ToString()),

                // Hundreds of requests come from one address, in any order of tests.
                ("RateLimits__Requests__PerSecond", "100000"),
                ("RateLimits__Requests__Burst", "100000"),
                .. settings,
            ]);
        try
        {
            return new GatewayProcess(process, await process.AddressAsync());
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>The same with the sessions and the accounts of a running system.</summary>
    public static async Task<GatewayProcess> StartAsync(GodzillaApp app, RecordingUpstream upstream, params (string Key, string Value)[] settings) =>
        await StartAsync(
            upstream,
            [
                ("ConnectionStrings__redis", (await app.App.GetConnectionStringAsync("redis"))!),
                ("services__accounts__http__0", app.App.GetEndpoint("accounts", "http").ToString()),
                ("Identity__Service", "gateway"),
                .. settings,
            ]);

    public void Dispose()
    {
        Http.Dispose();
        Process.Dispose();
    }
}
