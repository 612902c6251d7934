using System.Text.Json;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>
/// What users do, and the telemetry of it, as docs/telemetry.md promises. The whole system is used once; when its services have ended, all
/// that they exported is here.
/// </summary>
[Collection(UserActions.Name)]
public sealed class UserActionTests(UserActions actions)
{
    private static readonly TelemetryDocument Document = new();

    /// <summary>The documented actions are those that the test does.</summary>
    [Fact]
    public void EveryActionIsDocumented() => Assert.Equal(Document.Actions.Keys.Order(StringComparer.Ordinal), actions.Done.Order(StringComparer.Ordinal));

    [Fact]
    public void EachActionIsOneConnectedTraceWithTheDocumentedSpans() => Assert.All(Document.Actions, action =>
    {
        var (traceId, parentId) = actions.TraceOf(action.Key);
        var spans = actions.Spans.Where(span => span.TraceId == traceId).ToList();

        // Every span hangs on another one of the trace.
        var ids = spans.Select(span => span.Id).Append(parentId).ToHashSet(StringComparer.Ordinal);
        Assert.All(spans, span => Assert.Contains(span.ParentId, ids));
        Assert.All(action.Value, hop => Assert.True(
            spans.Exists(span => span.Service == hop.Service && Document.Spans[hop.Span].Fits(span)),
            $"{action.Key}: no {hop.Span} of {hop.Service} in\n{string.Join('\n', spans)}"));
    });

    [Fact]
    public void AMessageAtAnotherReplicaIsATraceThatLinksToItsPublisher() => Assert.All(UserActions.FannedOut, action =>
    {
        var publish = Assert.Single(actions.Spans, span => span.TraceId == actions.TraceOf(action).TraceId && Document.Spans["publish"].Fits(span));
        var process = Assert.Single(actions.Spans, span => span.Links.Contains((publish.TraceId, publish.Id)));

        Assert.Equal(("chat", "", "1"), (process.Service, process.ParentId, process.Attributes["messaging.batch.message_count"]));
        Assert.True(Document.Spans["process"].Fits(process), process.ToString());
        Assert.NotEqual(publish.TraceId, process.TraceId);
    });

    [Fact]
    public void AMessageOfAWebSocketLinksToItsHandshake() => Assert.All(["send over SignalR", "send over Socket.IO"], action =>
    {
        var message = Assert.Single(actions.Spans, span => span.TraceId == actions.TraceOf(action).TraceId && span.ParentId.Length == 0);
        var (traceId, spanId) = Assert.Single(message.Links);
        var handshake = Assert.Single(actions.Spans, span => span.TraceId == traceId && span.Id == spanId);
        Assert.Equal(("chat", "101"), (handshake.Service, handshake.Attributes["http.response.status_code"]));
    });

    [Fact]
    public void EverySpanIsDocumentedWithItsAttributesAndEveryDocumentedSpanIsThere()
    {
        Assert.All(actions.Spans, span => Assert.True(Document.Spans.Values.Any(row => row.Fits(span)), span + " " + JsonSerializer.Serialize(span.Attributes)));
        Assert.All(Document.Spans, row => Assert.Contains(actions.Spans, row.Value.Fits));
    }

    [Fact]
    public void ATraceBeginsOnlyWhereARequestOrAMessageArrives()
    {
        var ids = actions.Spans.Select(span => span.Id).Append(UserActions.ClientSpan).ToHashSet(StringComparer.Ordinal);

        Assert.All(actions.Spans.Where(span => span.ParentId.Length == 0), span => Assert.Contains(span.Kind, (string[])["server", "consumer"]));
        Assert.All(actions.Spans.Where(span => span.ParentId.Length > 0), span => Assert.True(ids.Contains(span.ParentId), $"{span} has lost its parent"));
        Assert.DoesNotContain(actions.Spans, span => span.Attributes.TryGetValue("url.path", out var path) && path is "/health" or "/healthz" or "/alive");
    }

    [Fact]
    public void NothingPrivateIsExportedOrLogged()
    {
        Assert.All(TracedSystem.Services, service => Assert.True(actions.Collector.Has("logs", service, "Application started"), service));
        Assert.All(actions.Secrets, secret =>
        {
            Assert.All(["traces", "metrics", "logs"], signal => Assert.False(actions.Collector.Has(signal, secret), $"'{secret}' is in the {signal}"));
            Assert.DoesNotContain(actions.LogLines, line => line.Contains(secret, StringComparison.Ordinal));
        });
    }
}
