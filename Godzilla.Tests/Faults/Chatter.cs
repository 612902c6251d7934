using System.Text.Json;
using Godzilla.Tests.Clients;

namespace Godzilla.Tests.Faults;

/// <summary>
/// Somebody who goes on talking through an outage as a careful client does: an error is answered with another attempt under the same
/// client id.
/// </summary>
internal sealed class Chatter(SignalRClient hub, string discussion)
{
    private readonly List<JsonElement> _receipts = [];

    /// <summary>What the server acknowledged, in order.</summary>
    public IReadOnlyList<JsonElement> Receipts => _receipts;

    /// <summary>How many attempts were answered with an error.</summary>
    public int Errors { get; private set; }

    /// <summary>Says something until it is acknowledged.</summary>
    /// <param name="text">The text, which is also the client id.</param>
    /// <returns>A task that ends when it is.</returns>
    public async Task SayAsync(string text)
    {
        var said = false;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    _receipts.Add(await hub.InvokeAsync("Send", discussion, text, text));
                    return said = true;
                }
                catch (HubErrorException)
                {
                    Errors++;
                    return said;
                }
            },
            $"'{text}' is acknowledged");
    }

    /// <summary>Asserts that everything acknowledged is in the history, once, without gaps, and was delivered in order.</summary>
    /// <param name="reader">Whose history is read.</param>
    /// <param name="listener">A connection that was open all the time.</param>
    /// <returns>A task that ends when that is so.</returns>
    public async Task AssertNothingLostAsync(Person reader, SignalRClient listener)
    {
        var history = (await reader.ReadAsync(discussion, "?limit=100")).GetProperty("messages").EnumerateArray().Reverse().ToArray();
        var ids = history.Select(message => message.GetProperty("id").GetString()).ToArray();
        Assert.Equal(Enumerable.Range(1, history.Length).Select(seq => (long)seq), history.Select(message => message.GetProperty("seq").GetInt64()));
        Assert.Equal(_receipts.Select(receipt => receipt.GetProperty("id").GetString()), ids);

        await listener.WaitForAsync("message", message => message.GetProperty("id").GetString() == ids[^1]);
        Assert.Equal(
            ids,
            listener.Events("message")
                .Where(message => message.GetProperty("discussion_id").GetString() == discussion)
                .Select(message => message.GetProperty("id").GetString()));
    }
}
