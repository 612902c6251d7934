using Godzilla.Chat.Messages;
using Godzilla.Chat.Rooms;
using MongoDB.Bson;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>What one client has got of a room, step by step; <see cref="RoomTests"/> has the room around it.</summary>
public sealed class SubscriptionTests
{
    private readonly RecordingClient _client = new();

    [Fact]
    public void WhatComesAfterThePlaceIsSentOnce()
    {
        var subscription = new Subscription(_client, new Position(2, 1));

        foreach (var number in new long[] { 1, 2, 3, 3, 4 })
        {
            Offer(subscription, seq: number);
            OfferChange(subscription, rev: number);
        }

        Assert.Equal(["message_edited 2 ", "message 3 ", "message_edited 3 ", "message 4 ", "message_edited 4 "], _client.All);
        Assert.Equal([false, true, true, false], new long[] { 2, 3, 4, 5 }.Select(subscription.HasSent));
        Assert.Equal([false, true, true, true, false], new long[] { 1, 2, 3, 4, 5 }.Select(subscription.HasSentChange));
    }

    [Fact]
    public void WhoHasGotNothingHasNotGotWhatCameBefore()
    {
        var subscription = new Subscription(_client, new Position(5, 5));

        Assert.False(subscription.HasSent(5));
        Assert.False(subscription.HasSentChange(5));
    }

    [Fact]
    public void AReplayEndsOnceItHasReachedWhatCameMeanwhile()
    {
        var subscription = new Subscription(_client, floor: default);
        subscription.BeginReplay();
        Offer(subscription, seq: 5);
        OfferChange(subscription, rev: 3);

        Assert.Empty(_client.All);
        Assert.False(subscription.TryEndReplay(after: default, upTo: new Position(4, 3)));
        Assert.False(subscription.TryEndReplay(after: default, upTo: new Position(5, 2)));
        Assert.True(subscription.TryEndReplay(after: default, upTo: new Position(5, 3)));

        Offer(subscription, seq: 5);
        OfferChange(subscription, rev: 3);
        Assert.Empty(_client.All);
        Offer(subscription, seq: 6);
        OfferChange(subscription, rev: 4);
        Assert.Equal(2, _client.All.Length);
        Assert.Equal([true, true, false], new long[] { 1, 6, 7 }.Select(subscription.HasSent));
        Assert.Equal([true, true, false], new long[] { 1, 4, 5 }.Select(subscription.HasSentChange));
    }

    [Theory]
    [InlineData(1, 2)] // It began before what the client had.
    [InlineData(6, 4)] // It began after that, which stays.
    public void AReplayWidensWhatTheClientHas(long after, long first)
    {
        var subscription = new Subscription(_client, new Position(3, 3));
        Offer(subscription, seq: 4);
        OfferChange(subscription, rev: 4);
        subscription.BeginReplay();

        Assert.True(subscription.TryEndReplay(new Position(after, after), new Position(9, 9)));

        Assert.Equal([false, true, true, false], new[] { first - 1, first, 9, 10 }.Select(subscription.HasSent));
        Assert.Equal([false, true, true, false], new[] { first - 1, first, 9, 10 }.Select(subscription.HasSentChange));
    }

    [Fact]
    public void AfterAReplayThatBrokeOffWhatComesIsSentAgainAndTheNextReplayKnowsNothingOfIt()
    {
        var subscription = new Subscription(_client, floor: default);
        subscription.BeginReplay();
        Offer(subscription, seq: 7);
        subscription.BreakReplay();
        Offer(subscription, seq: 8);

        Assert.Equal([8], _client.Seqs);
        subscription.BeginReplay();
        Assert.True(subscription.TryEndReplay(after: default, upTo: default));
    }

    private static void Offer(Subscription subscription, long seq) => subscription.Offer(RoomEvent.New(New(seq, rev: null)));

    private static void OfferChange(Subscription subscription, long rev) => subscription.OfferChange(RoomEvent.Changed(New(seq: rev, rev)), rev);

    private static Message New(long seq, long? rev) => new()
    {
        DiscussionId = ObjectId.Empty,
        Seq = seq,
        Rev = rev,
        UserId = "mothra",
        Text = "",
        CreatedAt = DateTime.UnixEpoch,
    };
}
