namespace Godzilla.Chat.SignalR;

internal static partial class FireAndForgetExtensions
{
    /// <summary>
    /// Does not await the sending of an event, and logs a failure: a slow reader must not hold up the others or the sender. SignalR keeps
    /// the order of the events of each connection.
    /// </summary>
    internal static void FireAndForget(this Task sending, ILogger logger)
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

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "An event was not sent to every connection")]
    private static partial void LogNotSent(ILogger logger, Exception exception);
}
