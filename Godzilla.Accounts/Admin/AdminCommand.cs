using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Admin;

/// <summary>
/// <c>admin grant NAME</c> and <c>admin revoke NAME</c>: with these arguments the process changes a role and ends, instead of being a
/// service. Who can start it with the service's configuration may do so.
/// </summary>
internal static class AdminCommand
{
    private const int Attempts = 5;

    public static bool IsIn(string[] args) => args is ["admin", ..];

    public static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        if (args is not ["admin", "grant" or "revoke", { Length: > 0 } name])
        {
            await Console.Error.WriteLineAsync("Usage: admin grant NAME | admin revoke NAME");
            return 2;
        }

        var failures = services.GetRequiredService<IOptions<DependencyFailures>>().Value;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunAsync(services, name, args[1] == "grant");
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

    private static async Task<int> RunAsync(IServiceProvider services, string name, bool grant)
    {
        if (await services.GetRequiredService<UserStore>().SetAdminAsync(name, grant, CancellationToken.None) is not { } user)
        {
            await Console.Error.WriteLineAsync($"There is no account '{name}'");
            return 1;
        }

        var action = grant ? AuditActions.RoleGranted : AuditActions.RoleRevoked;
        await services.GetRequiredService<AuditLog>().WriteAsync(user.Username, action, CallerIdentity.None, CancellationToken.None);
        await Console.Out.WriteLineAsync(grant ? $"{name} is an admin" : $"{name} is no admin");
        return 0;
    }
}
