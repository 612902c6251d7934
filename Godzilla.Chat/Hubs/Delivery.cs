namespace Godzilla.Chat.Hubs;

/// <summary>Events on their way to connections.</summary>
internal static partial class Delivery
{
    /// <summary>
    /// Lets an event go without waiting for it: a reader who is slow to take it must not hold up the others, nor whoever caused it. Each
    /// connection keeps the order in which events are sent.
    /// </summary>
    /// <param name="sending">The event under way.</param>
    /// <param name="logger">Is told if it could not be sent.</param>
    internal static void GoesOn(this Task sending, ILogger logger)
    {
        if (!sending.IsCompletedSuccessfully)
        {
            _ = LogFailureAsync(sending, logger);
        }
    }

    private static async Task LogFailureAsync(Task sending, ILogger logger)
    {
        try
        {
            await sending;
        }
        catch (Exception exception)
        {
            LogNotSent(logger, exception);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "An event could not be sent to every connection")]
    private static partial void LogNotSent(ILogger logger, Exception exception);
}
