using System.Security.Claims;
using Godzilla.Chat.Accounts;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;

namespace Godzilla.Chat.Moderation;

/// <summary>Operators look after what is said.</summary>
internal static partial class ModerationEndpoints
{
    internal static async Task<Results<Ok<MessageView>, ProblemHttpResult>> DeleteMessageAsync(
        string id, string message, ClaimsPrincipal caller, RoomRegistry rooms, ILogger<LobbyBans> logger, CancellationToken cancellationToken)
    {
        if (!DiscussionId.TryParse(id, out var discussion)
            || !ObjectId.TryParse(message, out var messageId)
            || await rooms.Get(discussion).ChangeAsync(messageId, author: null, text: null, cancellationToken) is not { } deleted)
        {
            return TypedResults.Problem("There is no such message", statusCode: StatusCodes.Status404NotFound);
        }

        var by = caller.Username();
        LogDeleted(logger, by, id, message, deleted.UserId);
        return TypedResults.Ok(MessageView.Of(deleted));
    }

    internal static async Task<Ok<BanList>> ListBansAsync(LobbyBanStore bans, CancellationToken cancellationToken) =>
        TypedResults.Ok(new BanList([.. (await bans.ListAsync(cancellationToken)).Select(BanView.Of)]));

    internal static async Task<Results<Ok<BanView>, ProblemHttpResult>> BanAsync(
        string username,
        ClaimsPrincipal caller,
        AccountsClient accounts,
        LobbyBanStore store,
        LobbyBans bans,
        TimeProvider time,
        ILogger<LobbyBans> logger,
        CancellationToken cancellationToken)
    {
        if (!UsernameRule.IsMetBy(username) || (await accounts.ResolveAsync([username], cancellationToken))[0] is not { } name)
        {
            return TypedResults.Problem($"There is no user {username}", statusCode: StatusCodes.Status404NotFound);
        }

        var ban = new LobbyBan { Username = name, By = caller.Username(), CreatedAt = time.GetBsonTime() };
        await store.SetAsync(ban);
        await bans.ChangedAsync();
        LogBanned(logger, ban.By, ban.Username);
        return TypedResults.Ok(BanView.Of(ban));
    }

    internal static async Task<Results<Ok<BanList>, ProblemHttpResult>> UnbanAsync(
        string username, ClaimsPrincipal caller, LobbyBanStore store, LobbyBans bans, ILogger<LobbyBans> logger, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(username))
        {
            return TypedResults.Problem($"{username} is not banned", statusCode: StatusCodes.Status404NotFound);
        }

        await bans.ChangedAsync();
        var by = caller.Username();
        LogUnbanned(logger, by, username);
        return await ListBansAsync(store, cancellationToken);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Operator} deleted message {Message} of {Author} in {Discussion}")]
    private static partial void LogDeleted(ILogger logger, string @operator, string discussion, string message, string author);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "{Operator} banned {User} from the lobby")]
    private static partial void LogBanned(ILogger logger, string @operator, string user);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "{Operator} lets {User} into the lobby again")]
    private static partial void LogUnbanned(ILogger logger, string @operator, string user);

    /// <param name="Bans">By name.</param>
    internal sealed record BanList(BanView[] Bans);

    /// <param name="Username">Who is banned.</param>
    /// <param name="By">The operator.</param>
    /// <param name="CreatedAt">UTC.</param>
    internal sealed record BanView(string Username, string By, DateTime CreatedAt)
    {
        internal static BanView Of(LobbyBan ban) => new(ban.Username, ban.By, ban.CreatedAt);
    }
}
