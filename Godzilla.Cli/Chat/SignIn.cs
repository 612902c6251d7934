using System.Net;
using System.Text.Json;
using Godzilla.Cli.Chat.Server;
using Godzilla.Cli.Chat.Terminal;

namespace Godzilla.Cli.Chat;

/// <summary>Gets the user a session: from a file, or with a name and a password.</summary>
internal sealed class SignIn(Session session, IScreen screen, ChatOptions options)
{
    private bool _isNew = options.IsNew;

    /// <summary>Signs in when the client starts.</summary>
    /// <returns>Whether there is a session; if not, the user has read why.</returns>
    public async Task<bool> FirstAsync(CancellationToken cancellationToken)
    {
        if (options.SessionFile is { } file)
        {
            if (await TryAsync(() => UseAsync(file, cancellationToken)))
            {
                return true;
            }

            if (!screen.CanAsk)
            {
                return false;
            }
        }
        else if (options.User is null && !screen.CanAsk)
        {
            screen.Error("--user or --session is needed where nobody can be asked");
            return false;
        }

        do
        {
            if ((options.User ?? await screen.AskAsync("Name", isSecret: false, cancellationToken)) is not { } name
                || await screen.AskAsync($"Password of {name}", isSecret: true, cancellationToken) is not { } password)
            {
                return false;
            }

            if (await TryAsync(() => EnterAsync(name, password, cancellationToken)))
            {
                return true;
            }
        }
        while (screen.CanAsk);
        return false;
    }

    /// <summary>Signs the same user in again.</summary>
    /// <exception cref="ServerException">Nobody can be asked for the password.</exception>
    public async Task AgainAsync(CancellationToken cancellationToken)
    {
        if (!screen.CanAsk)
        {
            throw new ServerException("The session has ended", HttpStatusCode.Unauthorized);
        }

        screen.Error("The session has ended: sign in again");
        string? password;
        do
        {
            password = await screen.AskAsync($"Password of {session.Name}", isSecret: true, cancellationToken);
            if (password is null)
            {
                // The user ends the client.
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
        }
        while (!await TryAsync(() => session.SignInAsync(session.Name, password!, cancellationToken)));
    }

    private async Task UseAsync(string file, CancellationToken cancellationToken)
    {
        string? token;
        try
        {
            token = Server.SessionFile.ReadToken(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ServerException($"{file} cannot be read: {exception.Message}");
        }

        await session.UseAsync(token ?? throw new ServerException($"{file} has no cookie {Session.Cookie}"), cancellationToken);
    }

    private async Task EnterAsync(string name, string password, CancellationToken cancellationToken)
    {
        if (_isNew)
        {
            await session.RegisterAsync(name, password, cancellationToken);
            _isNew = false;
        }

        try
        {
            await session.SignInAsync(name, password, cancellationToken);
        }
        catch (ServerException exception) when (exception.Status == HttpStatusCode.Unauthorized && screen.CanAsk)
        {
            screen.Error("No such account, or another password");
            if (await screen.AskAsync($"To register {name}, type it again", isSecret: true, cancellationToken) != password)
            {
                throw;
            }

            await session.RegisterAsync(name, password, cancellationToken);
            await session.SignInAsync(name, password, cancellationToken);
        }
    }

    private async Task<bool> TryAsync(Func<Task> signIn)
    {
        try
        {
            await signIn();
            return true;
        }
        catch (Exception exception) when (exception is ServerException or LinkLostException)
        {
            screen.Error(exception.Message);
            return false;
        }
    }
}
