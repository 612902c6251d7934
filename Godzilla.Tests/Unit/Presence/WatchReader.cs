extern alias presence;

using System.Collections.Concurrent;
using Godzilla.Presence.V1;
using presence::Godzilla.Presence.Watching;

namespace Godzilla.Tests.Unit.Presence;

/// <summary>Reads a stream of changes as a client would, and keeps what it was told.</summary>
internal sealed class WatchReader
{
    private readonly ConcurrentQueue<WatchResponse> _messages = new();
    private readonly PresenceImage _image;
    private readonly Watcher _watcher;

    private WatchReader(PresenceImage image, long fromVersion)
    {
        _image = image;
        _watcher = image.Watch(fromVersion);
    }

    /// <summary>Ends when the stream does.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>All but those that have a version alone.</summary>
    public IReadOnlyList<WatchResponse> Told => [.. _messages.Where(
        message => message.Snapshot is not null || message.Joined.Count + message.Left.Count + message.Typing.Count + message.Stopped.Count > 0)];

    public long Version => _messages.LastOrDefault()?.Version ?? 0;

    public static WatchReader Start(PresenceImage image, long fromVersion = 0)
    {
        var reader = new WatchReader(image, fromVersion);
        reader.Ended = reader.ReadAsync();
        return reader;
    }

    /// <summary>What was told of one user, in order: <c>joined</c>, <c>left</c>, <c>typing</c>, <c>stopped</c>.</summary>
    public string[] ToldOf(string user) =>
    [
        .. Told.SelectMany(message => new[]
        {
            message.Joined.Contains(user) ? "joined" : "",
            message.Typing.Any(who => who.Username == user) ? "typing" : "",
            message.Stopped.Any(who => who.Username == user) ? "stopped" : "",
            message.Left.Contains(user) ? "left" : "",
        }).Where(word => word.Length > 0),
    ];

    public void Stop() => _image.Unwatch(_watcher);

    private Task ReadAsync() => _watcher.RunAsync(
        (message, _) =>
        {
            _messages.Enqueue(WatchResponse.Parser.ParseFrom(message.Bytes));
            return Task.CompletedTask;
        },
        CancellationToken.None);
}
