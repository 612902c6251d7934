using System.Text;
using Godzilla.Gateway.Bearer;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Tests.Unit.Gateway;

/// <summary>Where a stream is stopped whose key has ended.</summary>
public sealed class EndableResponseTests : IDisposable
{
    private readonly DefaultHttpContext _context = new();
    private readonly MemoryStream _body = new();
    private readonly EndableResponse _response;

    public EndableResponseTests()
    {
        _context.Response.Body = _body;
        _context.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime());
        _response = EndableResponse.Install(_context);
    }

    public void Dispose()
    {
        _response.Dispose();
        _body.Dispose();
    }

    [Fact]
    public async Task BetweenTwoEventsItStopsAtOnce()
    {
        await WriteAsync("data: 1\n\n");

        _response.End(atOnce: false);

        Assert.True(_response.HasEnded);
        Assert.True(_context.RequestAborted.IsCancellationRequested);
    }

    [Theory]
    [InlineData("data: 2\n\n")]
    [InlineData("\n\n")]
    [InlineData("a\r\n\r\n")]
    public async Task AnEventThatIsUnderWayIsFinishedFirst(string rest)
    {
        await WriteAsync("data: 1\n\ndata: ");

        _response.End(atOnce: false);
        Assert.False(_response.HasEnded);
        await WriteAsync("more");
        Assert.False(_context.RequestAborted.IsCancellationRequested);
        await WriteAsync(rest);

        Assert.True(_response.HasEnded);
        Assert.True(_response.IsBetweenEvents);
        Assert.True(_context.RequestAborted.IsCancellationRequested);
        Assert.Equal($"data: 1\n\ndata: more{rest}", Encoding.UTF8.GetString(_body.ToArray()));
    }

    [Fact]
    public async Task TheTwoLineBreaksMayComeInTwoParts()
    {
        await WriteAsync("data: 1\n");
        _response.End(atOnce: false);
        Assert.False(_response.HasEnded);

        await WriteAsync("\n");

        Assert.True(_response.HasEnded);
    }

    [Fact]
    public async Task PartsOfAPipeCountToo()
    {
        var writer = _context.Response.BodyWriter;
        "data: 1\n\n"u8.CopyTo(writer.GetSpan(16));
        writer.Advance(9);
        await writer.FlushAsync();
        Assert.True(_response.IsBetweenEvents);

        "data"u8.CopyTo(writer.GetSpan(16));
        writer.Advance(4);
        await writer.FlushAsync();
        Assert.False(_response.IsBetweenEvents);
    }

    [Fact]
    public async Task WhatDoesNotComeToAnEndIsStoppedAnyway()
    {
        await WriteAsync("data: half");

        _response.End(atOnce: true);

        Assert.True(_response.HasEnded);
        Assert.False(_response.IsBetweenEvents);
    }

    [Fact]
    public void TheForwardersAbortClosesTheConnectionOnlyWhereTheKeyIsGood()
    {
        _response.End(atOnce: true);
        _context.Abort();
        Assert.False(Aborted(_context));

        var other = new DefaultHttpContext();
        other.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime());
        using var response = EndableResponse.Install(other);
        other.Abort();
        Assert.True(Aborted(other));

        static bool Aborted(HttpContext context)
        {
            (context.Features.Get<IHttpRequestLifetimeFeature>() as EndableResponse)!.Uninstall();
            return ((Lifetime)context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>()).IsAborted;
        }
    }

    private async Task WriteAsync(string text) => await _context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }
}
