namespace Godzilla.AppHost;

/// <summary>
/// Says which service may call which, and gives the two a secret of their own to sign with. Nobody else has it, so a service can speak only
/// as itself, and only to those that the model lets it call.
/// </summary>
internal static class CallExtensions
{
    private const int KeyLength = 48;

    /// <summary>Lets a service call another in its own name.</summary>
    internal static IResourceBuilder<ProjectResource> Calls(
        this IResourceBuilder<ProjectResource> caller, IResourceBuilder<ProjectResource> callee)
    {
        var (from, to) = (caller.Resource.Name, callee.Resource.Name);
        var parameter = $"identity-{from}-{to}";
        var key = caller.ApplicationBuilder.AddParameter(
            parameter, new GenerateParameterDefault { MinLength = KeyLength, Special = false }, secret: true, persist: true);
        caller.WithReference(callee)
            .WithEnvironment("Identity__Service", from)
            .WithEnvironment($"Identity__Callees__{to}__Key", key);
        callee.WithEnvironment("Identity__Service", to)
            .WithEnvironment($"Identity__Callers__{from}__Key", key);

        MutualTls.UseMutualTls(caller, callee);

        // While a key is changed, the callee accepts the next one too.
        if (caller.ApplicationBuilder.Configuration[$"Parameters:{parameter}-next"] is not null)
        {
            callee.WithEnvironment($"Identity__Callers__{from}__NextKey", caller.ApplicationBuilder.AddParameter($"{parameter}-next", secret: true));
        }

        return caller;
    }

    /// <summary>Gives a service a secret of its own, which is made once and kept.</summary>
    internal static IResourceBuilder<ProjectResource> WithSecret(this IResourceBuilder<ProjectResource> service, string parameter, string variable) =>
        service.WithEnvironment(variable, service.ApplicationBuilder.AddParameter(
            parameter, new GenerateParameterDefault { MinLength = KeyLength, Special = false }, secret: true, persist: true));

    /// <summary>Lets a service call another also on behalf of users: it knows who they are.</summary>
    internal static IResourceBuilder<ProjectResource> CallsForUsers(
        this IResourceBuilder<ProjectResource> caller, IResourceBuilder<ProjectResource> callee)
    {
        callee.WithEnvironment($"Identity__Callers__{caller.Resource.Name}__ForUsers", "true");
        return caller.Calls(callee);
    }
}
