using System.Diagnostics.Metrics;
using System.Net;
using Godzilla.Gateway.ClientAddress;
using Godzilla.Gateway.Limits;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests.Unit.Gateway;

public sealed class ConnectionLimitTests
{
    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7", false)]
    [InlineData("198.51.100.7", "::ffff:198.51.100.7", false)]
    [InlineData("2001:db8:0:1::7", "2001:db8:0:1:ffff::8", false)]
    [InlineData("198.51.100.7", "198.51.100.8", true)]
    [InlineData("2001:db8:0:1::7", "2001:db8:0:2::7", true)]
    [InlineData("10.0.0.7", "10.0.0.7", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("::1", "::1", true)]
    public async Task AnAddressHasItsShare(string first, string second, bool both)
    {
        using var limit = new Limited(new LimitOptions { ConnectionsPerAddress = 1, ConnectionsPerLoopbackAddress = 2 });

        Assert.True(await limit.OpenAsync(first));
        Assert.Equal(both, await limit.OpenAsync(second));
        Assert.Equal(both ? [] : ["connections_per_address"], limit.Refused);
    }

    [Fact]
    public async Task AllTogetherHaveALimit()
    {
        using var limit = new Limited(new LimitOptions { Connections = 2 });

        Assert.True(await limit.OpenAsync("198.51.100.1"));
        Assert.True(await limit.OpenAsync("10.0.0.7"));
        Assert.False(await limit.OpenAsync("198.51.100.3"));
        Assert.False(await limit.OpenAsync("10.0.0.7"));
        Assert.Equal(["connections", "connections"], limit.Refused);
    }

    [Fact]
    public async Task WhatIsClosedIsForgotten()
    {
        using var limit = new Limited(new LimitOptions { ConnectionsPerAddress = 1 });
        Assert.True(await limit.OpenAsync("198.51.100.7"));

        await limit.CloseAsync();

        Assert.Equal((0, 0), (limit.Limit.Count, limit.Limit.Addresses));
        Assert.True(await limit.OpenAsync("198.51.100.7"));
    }

    /// <summary>Connections that stay open until the test closes them. 10.0.0.0/24 is a trusted proxy.</summary>
    private sealed class Limited : IDisposable
    {
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        private readonly MeterListener _listener = new();
        private readonly List<Task> _open = [];
        private TaskCompletionSource _close = new();

        public Limited(LimitOptions options)
        {
            var meters = _services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "godzilla.gateway.refused")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Refused.Add((string)tags[0].Value!));
            _listener.Start();
            var proxies = new ClientAddressOptions { TrustedProxies = ["10.0.0.0/24"] };
            Limit = new ConnectionLimit(Options.Create(options), Options.Create(proxies), new RefusalMetrics(meters));
        }

        public ConnectionLimit Limit { get; }

        public List<string> Refused { get; } = [];

        /// <returns>Whether it is let in.</returns>
        public async Task<bool> OpenAsync(string address)
        {
            var isIn = false;
            var close = _close.Task;
            var connection = new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 4711) };
            var running = Limit.Limit(_ =>
            {
                isIn = true;
                return close;
            })(connection);
            if (isIn)
            {
                _open.Add(running);
            }
            else
            {
                await running;
                await Eventually.TrueAsync(() => connection.ConnectionClosed.IsCancellationRequested, "the connection is closed");
            }

            return isIn;
        }

        public async Task CloseAsync()
        {
            _close.SetResult();
            await Task.WhenAll(_open);
            _open.Clear();
            _close = new();
        }

        public void Dispose()
        {
            _listener.Dispose();
            _services.Dispose();
        }
    }
}
