using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Registration;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Admin;

/// <summary>
/// <c>admin grant NAME</c>, <c>admin revoke NAME</c> and <c>admin invite</c>: with these arguments the process does that and ends, instead of
/// being a service. Who can start it with the service's configuration may do so.
/// </summary>
internal static class AdminCommand
{
    private const int Attempts = 20;

    public static bool IsIn(string[] args) => args is ["admin", ..];

    public static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        Func<Task<int>>? command = args switch
        {
            ["admin", "grant", { } name] => () => SetAdminAsync(services, name, isAdmin: true),
            ["admin", "revoke", { } name] => () => SetAdminAsync(services, name, isAdmin: false),
            ["admin", "invite"] => () => InviteAsync(services),
            _ => null,
        };
        if (command is null)
        {
            await Console.Error.WriteLineAsync("Usage: admin grant NAME | admin revoke NAME | admin invite");
            return 2;
        }

        var failures = services.GetRequiredService<IOptions<DependencyFailures>>().Value;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await command();
            }
            catch (Exception exception) when (failures.Match(exception))
            {
                // The first connection of a process can take longer than a call may.
                if (attempt == Attempts)
                {
                    await Console.Error.WriteLineAsync($"The database of accounts does not answer: {exception.GetType().Name}");
                    return 1;
                }
            }
        }
    }

    private static async Task<int> SetAdminAsync(IServiceProvider services, string name, bool isAdmin)
    {
        if (await services.GetRequiredService<UserChanges>().SetAdminAsync(name, isAdmin, CancellationToken.None) is not { } user)
        {
            await Console.Error.WriteLineAsync($"There is no account '{name}'");
            return 1;
        }

        var action = isAdmin ? AuditActions.RoleGranted : AuditActions.RoleRevoked;
        await services.GetRequiredService<AuditLog>().WriteAsync(
            user.Username, action, CallerIdentity.None with { UserAgent = "admin command on the machine" }, CancellationToken.None);
        await Console.Out.WriteLineAsync(isAdmin ? $"{name} is an admin" : $"{name} is no admin");
        return 0;
    }

    // The first account, where registration needs an invitation.
    private static async Task<int> InviteAsync(IServiceProvider services)
    {
        var lifetime = services.GetRequiredService<IOptions<RegistrationOptions>>().Value.InvitationLifetime;
        var (_, code) = await services.GetRequiredService<InvitationStore>().CreateAsync(by: "", lifetime, CancellationToken.None);
        await Console.Out.WriteLineAsync(code);
        return 0;
    }
}
