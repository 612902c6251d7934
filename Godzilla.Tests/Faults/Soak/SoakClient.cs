using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Godzilla.Tests.Faults.Soak;

/// <summary>
/// Talks in some rooms over connections that break at random, and connects again. What was not acknowledged it sends again, with the same id;
/// what it missed it asks for.
/// </summary>
internal sealed class SoakClient
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromSeconds(8);
    private readonly Func<Task<ISoakConnection>> _connect;
    private readonly bool _isSocketIo;
    private readonly string _name;
    private readonly Random _random;
    private readonly Dictionary<string, RoomList> _rooms;
    private readonly ConcurrentQueue<(string Room, string Id, string Text)> _acknowledged = new();
    private readonly ConcurrentQueue<string> _incomplete = new();
    private volatile ISoakConnection? _current;
    private volatile string? _broken;
    private volatile string? _stage;
    private int _sent;

    public SoakClient(Uri gateway, Person person, bool isSocketIo, string name, IReadOnlyCollection<string> rooms)
    {
        (_isSocketIo, _name, _random) = (isSocketIo, name, new Random(name.Length + name[^1]));
        _rooms = rooms.ToDictionary(room => room, _ => new RoomList());
        _connect = () => isSocketIo
            ? SocketIoSoakConnection.ConnectAsync(gateway, person.Token, Receive)
            : HubSoakConnection.ConnectAsync(gateway, person.Token, Receive);
    }

    public string Name => _name;

    public IReadOnlyDictionary<string, RoomList> Rooms => _rooms;

    public IReadOnlyCollection<(string Room, string Id, string Text)> Acknowledged => _acknowledged;

    /// <summary>What must never happen.</summary>
    public IEnumerable<string> Faults => _rooms.SelectMany(room => room.Value.Faults).Concat(_incomplete).Select(fault => $"{_name}: {fault}");

    /// <summary>How many connections it has had.</summary>
    public int Connections { get; private set; }

    /// <summary>Keeps a connection open, and breaks it off now and then.</summary>
    /// <param name="calm">Cancelled when connections must not break any more.</param>
    /// <param name="end">Cancelled at the end.</param>
    public async Task StayConnectedAsync(CancellationToken calm, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                _stage = "connecting";
                var places = _rooms.ToDictionary(room => room.Key, room => room.Value.BeginJoin());
                await using var connection = await _connect();
                Connections++;
                _stage = "joining";
                foreach (var (room, list) in _rooms)
                {
                    var (seq, rev) = places[room];
                    var joined = await connection.JoinAsync(room, seq, rev);
                    list.EndJoin(joined.GetProperty("rev").GetInt64());
                    if (!joined.GetProperty("complete").GetBoolean())
                    {
                        _incomplete.Enqueue($"too much was missed after {seq}");
                    }
                }

                _current = connection;
                _stage = "open";
                var life = calm.IsCancellationRequested ? Timeout.InfiniteTimeSpan : _random.NextDouble() * ConnectionLife;
                using var either = CancellationTokenSource.CreateLinkedTokenSource(end);
                if (life != Timeout.InfiniteTimeSpan)
                {
                    either.CancelAfter(life);
                }

                await connection.Closed.WaitAsync(either.Token);
                _stage = "closed";
            }
            catch (Exception exception)
            {
                // Whatever it is, a client tries again.
                _broken = $"{exception.GetType().Name} when {_stage}: {exception.Message}";
            }

            _current = null;
            await PauseAsync(TimeSpan.FromMilliseconds(50 + _random.Next(200)), end);
        }
    }

    /// <summary>Sends, edits and deletes until it may not, and until all that it has sent is acknowledged.</summary>
    /// <param name="end">Cancelled when nothing new is to be sent.</param>
    /// <param name="limit">Ends all.</param>
    public async Task TalkAsync(CancellationToken end, CancellationToken limit)
    {
        var random = new Random(_name[^1]);
        var rooms = _rooms.Keys.ToArray();
        while (!end.IsCancellationRequested)
        {
            var room = rooms[random.Next(rooms.Length)];
            var text = string.Create(CultureInfo.InvariantCulture, $"{_name}-{++_sent}");
            var receipt = await SayAsync(room, text, limit);
            var id = receipt.GetProperty("id").GetString()!;
            _acknowledged.Enqueue((room, id, text));
            await MaybeChangeAsync(room, id, text, random.Next(10));
            await PauseAsync(TimeSpan.FromMilliseconds(200 + random.Next(400)), end);
        }
    }

    private async Task<JsonElement> SayAsync(string room, string text, CancellationToken limit)
    {
        var last = "no connection";
        while (!limit.IsCancellationRequested)
        {
            try
            {
                if (_current is { } connection)
                {
                    var receipt = await connection.SendAsync(room, text, clientId: text);
                    if (_isSocketIo)
                    {
                        _rooms[room].AddOwn(receipt.GetProperty("seq").GetInt64(), receipt.GetProperty("id").GetString()!, text);
                    }

                    return receipt;
                }
            }
            catch (SoakException exception)
            {
                // The same again, as one message.
                last = exception.Message;
            }

            await PauseAsync(TimeSpan.FromMilliseconds(100), limit);
        }

        throw new TimeoutException($"{text} is not acknowledged: {last}; {_stage} after {Connections} connections, the last of which ended with {_broken}");
    }

    // Whether it was done does not matter: everybody must agree.
    private async Task MaybeChangeAsync(string room, string id, string text, int dice)
    {
        try
        {
            if (_current is { } connection && dice < 2)
            {
                await (dice == 0 ? connection.DeleteAsync(room, id) : connection.EditAsync(room, id, $"{text}, edited"));
            }
        }
        catch (SoakException)
        {
            // Perhaps it is done.
        }
    }

    private void Receive(string name, JsonElement argument)
    {
        if (!argument.TryGetProperty("discussion_id", out var room) || !_rooms.TryGetValue(room.GetString()!, out var list))
        {
            return;
        }

        var (seq, id) = (argument.GetProperty("seq").GetInt64(), argument.GetProperty("id").GetString()!);
        if (name == "message")
        {
            list.Add(seq, id, _isSocketIo ? argument.GetProperty("data").GetProperty("text").GetString()! : argument.GetProperty("text").GetString()!);
        }
        else
        {
            list.Change(seq, id, argument.GetProperty("text").GetString()!, argument.GetProperty("rev").GetInt64());
        }
    }

    private static async Task PauseAsync(TimeSpan pause, CancellationToken end) =>
        await Task.Delay(pause, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
