using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Tests.Faults;

/// <summary>Talks through an outage as a careful client does: after an error it tries again with the same client id.</summary>
internal sealed class Chatter(HubClient hub, string discussion)
{
    // A text and its receipt, which is missing while the outcome is unknown: an attempt that failed may be stored all the same.
    private readonly ConcurrentDictionary<string, JsonElement?> _said = new(StringComparer.Ordinal);

    /// <summary>How many attempts were answered with an error.</summary>
    public int Errors { get; private set; }

    /// <summary>The longest time that an attempt took to be answered.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>How many messages were acknowledged.</summary>
    public int Acknowledged => _said.Values.Count(receipt => receipt is not null);

    /// <summary>Says something until it is acknowledged.</summary>
    /// <param name="text">The text, which is also the client id.</param>
    public async Task SayAsync(string text) =>
        await Eventually.TrueAsync(async () => await TryAsync(text) is null, $"'{text}' is acknowledged");

    /// <summary>Says one thing after the other.</summary>
    /// <param name="end">Ends it, after the message under way has been acknowledged.</param>
    public async Task SayOnAsync(string prefix, CancellationToken end)
    {
        for (var number = 1; !end.IsCancellationRequested; number++)
        {
            await SayAsync($"{prefix} {number}");
        }
    }

    /// <summary>Says something once, which must be refused because a dependency is away.</summary>
    public async Task RefusedAsync(string text, TimeSpan timeLimit) =>
        Assert.Equal("Service Unavailable", await TryAsync(text).WaitAsync(timeLimit));

    /// <summary>Says something over HTTP, without a client id, which must be refused because a dependency is away.</summary>
    public async Task PostRefusedAsync(Person person, string text, TimeSpan timeLimit)
    {
        _said[text] = null;
        using var refused = await person.SendAsync(HttpMethod.Post, $"/discussion/{discussion}/messages", new[] { new { text } }).WaitAsync(timeLimit);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    /// <summary>
    /// Asserts that the history has each message once and no gap, that everything acknowledged is in it as acknowledged, and that it was
    /// delivered in order and once.
    /// </summary>
    /// <param name="reader">Whose history is read.</param>
    /// <param name="listener">A connection that was open all the time.</param>
    public static async Task AssertNothingLostAsync(string discussion, Person reader, HubClient listener, params Chatter[] chatters)
    {
        var history = await reader.ReadAllAsync(discussion);
        Assert.Equal(Enumerable.Range(1, history.Count).Select(seq => (long)seq), history.Select(message => message.GetProperty("seq").GetInt64()));

        var said = chatters.SelectMany(chatter => chatter._said).ToDictionary(said => said.Key, said => said.Value, StringComparer.Ordinal);
        var texts = history.Select(message => message.GetProperty("text").GetString()!).ToArray();
        Assert.Equal(texts.Distinct(StringComparer.Ordinal), texts);
        Assert.All(texts, text => Assert.Contains(text, said));
        foreach (var (text, receipt) in said.Where(said => said.Value is not null))
        {
            var message = history[(int)receipt!.Value.GetProperty("seq").GetInt64() - 1];
            Assert.Equal(text, message.GetProperty("text").GetString());
            Assert.Equal(receipt.Value.GetProperty("id").GetString(), message.GetProperty("id").GetString());
        }

        var ids = history.Select(message => message.GetProperty("id").GetString()).ToArray();
        await listener.WaitForAsync("message", message => message.GetProperty("id").GetString() == ids[^1]);
        Assert.Equal(
            ids,
            listener.Events("message")
                .Where(message => message.GetProperty("discussion_id").GetString() == discussion)
                .Select(message => message.GetProperty("id").GetString()));
    }

    private async Task<string?> TryAsync(string text)
    {
        _said.TryAdd(text, null);
        var watch = Stopwatch.StartNew();
        try
        {
            _said[text] = await hub.InvokeAsync("Send", discussion, text, text);
            return null;
        }
        catch (HubException exception)
        {
            Errors++;
            return exception.Message.Split("HubException: ")[^1];
        }
        finally
        {
            Slowest = watch.Elapsed > Slowest ? watch.Elapsed : Slowest;
        }
    }
}
