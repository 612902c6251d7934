using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Godzilla.Tests.Clients;

/// <summary>The npm package <c>@microsoft/signalr</c>, in a process of its own: a client that is not ours.</summary>
internal sealed class SignalRClient : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    private readonly Process _node;
    private readonly Lock _gate = new();
    private readonly List<(string Name, JsonElement Argument)> _events = [];
    private readonly Dictionary<int, TaskCompletionSource<JsonElement>> _calls = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reader;
    private Channel<bool> _arrivals = Channel.CreateUnbounded<bool>();
    private int _lastCall;

    private SignalRClient(Process node)
    {
        _node = node;
        _reader = Task.Run(ReadAsync);
    }

    /// <summary>Ends when the connection does, with the client's error message or nothing.</summary>
    public Task<string> Closed => _closed.Task;

    /// <summary>Connects to the hub, and waits until the connection is open.</summary>
    /// <param name="gateway">The gateway's address.</param>
    /// <param name="token">The session's token, or empty.</param>
    /// <returns>The client.</returns>
    /// <exception cref="InvalidOperationException">The connection was refused; the message is the client's.</exception>
    public static async Task<SignalRClient> ConnectAsync(Uri gateway, string token)
    {
        var folder = await NodePackages.RestoredAsync();
        var start = new ProcessStartInfo("node", ["signalr.mjs"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["HUB_URL"] = new Uri(gateway, "/hubs/chat").ToString();
        start.Environment["AUTH_TOKEN"] = token;

        var client = new SignalRClient(Process.Start(start)!);
        var first = await Task.WhenAny(client._opened.Task, client.Closed).WaitAsync(TimeLimit);
        if (first == client.Closed)
        {
            await client.DisposeAsync();
            throw new InvalidOperationException(await client.Closed);
        }

        return client;
    }

    /// <summary>Calls a hub method.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its answer.</returns>
    /// <exception cref="HubErrorException">The server answered with an error.</exception>
    public async Task<JsonElement> InvokeAsync(string method, params object?[] arguments)
    {
        var call = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        int id;
        lock (_gate)
        {
            id = ++_lastCall;
            _calls[id] = call;
        }

        var line = JsonSerializer.Serialize(new { id, method, args = arguments });
        lock (_node)
        {
            _node.StandardInput.WriteLine(line);
            _node.StandardInput.Flush();
        }

        return await call.Task.WaitAsync(TimeLimit);
    }

    /// <summary>Waits for an event, which may have come before.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="match">Which one.</param>
    /// <returns>The first argument of the first that matches.</returns>
    public async Task<JsonElement> WaitForAsync(string name, Func<JsonElement, bool> match)
    {
        using var limit = new CancellationTokenSource(TimeLimit);
        for (var seen = 0; ;)
        {
            Channel<bool> arrivals;
            lock (_gate)
            {
                for (; seen < _events.Count; seen++)
                {
                    if (_events[seen].Name == name && match(_events[seen].Argument))
                    {
                        return _events[seen].Argument;
                    }
                }

                arrivals = _arrivals;
            }

            try
            {
                await arrivals.Reader.WaitToReadAsync(limit.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException(
                    $"No such '{name}'. Came: {string.Join(' ', Events(name).Select(e => e.GetRawText()))}", exception);
            }
        }
    }

    /// <summary>The events of a name that have come so far.</summary>
    /// <param name="name">The event's name.</param>
    /// <returns>Their first arguments, in order.</returns>
    public IReadOnlyList<JsonElement> Events(string name)
    {
        lock (_gate)
        {
            return [.. _events.Where(e => e.Name == name).Select(e => e.Argument)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _node.StandardInput.Close();
            await _node.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            _node.Kill();
        }

        await _reader;
        _node.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _node.StandardOutput.ReadLineAsync() is { } line)
        {
            var said = JsonNode.Parse(line)!.AsObject();
            lock (_gate)
            {
                if (said["event"] is { } name)
                {
                    _events.Add((name.GetValue<string>(), said["args"]![0].Deserialize<JsonElement>()));
                    var arrived = _arrivals;
                    _arrivals = Channel.CreateUnbounded<bool>();
                    arrived.Writer.Complete();
                }
                else if (said["id"] is { } id && _calls.Remove(id.GetValue<int>(), out var call))
                {
                    if (said["error"] is { } error)
                    {
                        call.SetException(new HubErrorException(error.GetValue<string>()));
                    }
                    else
                    {
                        call.SetResult(said["result"].Deserialize<JsonElement>());
                    }
                }
            }

            if (said.ContainsKey("opened"))
            {
                _opened.TrySetResult();
            }
            else if (said["closed"] is { } closed)
            {
                _closed.TrySetResult(closed.GetValue<string>());
            }
        }

        _closed.TrySetResult("The client's process ended");
    }
}

/// <summary>The hub answered a call with an error.</summary>
/// <param name="message">The server's message, as the client says it.</param>
internal sealed class HubErrorException(string message) : Exception(message);
