using System.Collections.Concurrent;
using Godzilla.Chat.SignalR;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>A hub that has no connections and records every event with its receivers.</summary>
internal sealed class RecordingHub : IHubContext<ChatHub, IChatClient>, IHubClients<IChatClient>, IGroupManager
{
    private readonly ConcurrentQueue<(string Receivers, object Event)> _sent = new();

    public IHubClients<IChatClient> Clients => this;

    public IGroupManager Groups => this;

    public IChatClient All => To("all");

    /// <summary>What was sent, in order; the receivers are a group's name, <c>GROUP but CONNECTION</c>, or <c>all</c>.</summary>
    public IReadOnlyList<(string Receivers, object Event)> Sent => [.. _sent];

    public IChatClient AllExcept(IReadOnlyList<string> excludedConnectionIds) => To($"all but {string.Join(' ', excludedConnectionIds)}");

    public IChatClient Client(string connectionId) => To(connectionId);

    IChatClient IHubClients<IChatClient>.Clients(IReadOnlyList<string> connectionIds) => To(string.Join(' ', connectionIds));

    public IChatClient Group(string groupName) => To(groupName);

    public IChatClient GroupExcept(string groupName, IReadOnlyList<string> excludedConnectionIds) =>
        To($"{groupName} but {string.Join(' ', excludedConnectionIds)}");

    IChatClient IHubClients<IChatClient>.Groups(IReadOnlyList<string> groupNames) => To(string.Join(' ', groupNames));

    public IChatClient User(string userId) => To(userId);

    public IChatClient Users(IReadOnlyList<string> userIds) => To(string.Join(' ', userIds));

    public Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) => Task.CompletedTask;

    private Receiver To(string receivers) => new(this, receivers);

    private sealed class Receiver(RecordingHub hub, string receivers) : IChatClient
    {
        public Task Welcome(Welcome welcome) => Record(welcome);

        public Task Discussion(Godzilla.Chat.Discussions.DiscussionChange change) => Record(change);

        public Task Read(ReadPosition position) => Record(position);

        public Task Warning(Warning warning) => Record(warning);

        public Task Presence(PresenceList presence) => Record(presence);

        public Task PresenceChanged(PresenceChange change) => Record(change);

        public Task Typing(TypingList typing) => Record(typing);

        public Task Assistant(Godzilla.Chat.Assistant.AssistantEvent assistantEvent) => Record(assistantEvent);

        private Task Record(object @event)
        {
            hub._sent.Enqueue((receivers, @event));
            return Task.CompletedTask;
        }
    }
}
