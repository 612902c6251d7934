using Mongod.Authentication;
using Mongod.Commands;
using Mongod.Engine;
using Mongod.Wire;

namespace Mongod;

/// <summary>Registers what the server is made of.</summary>
internal static class ServerServices
{
    internal static IServiceCollection AddMongod(this IServiceCollection services, ServerOptions options, DataFolder folder, ScramUsers? users)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(new ConnectionCounts(options.MaxConnections));
        services.AddSingleton(new MessageBudget());
        services.AddSingleton(_ => new Databases(folder.Path, TimeProvider.System));
        services.AddSingleton(_ => new Cursors(TimeProvider.System));
        services.AddSingleton(new AuthenticationCommands(users));
        services.AddSingleton<HelloCommand>();
        services.AddSingleton<DiagnosticCommands>();
        services.AddSingleton(CreateDispatcher);
        services.AddSingleton<ServerConnectionHandler>();
        return services;
    }

    private static Dispatcher CreateDispatcher(IServiceProvider provider)
    {
        var authentication = provider.GetRequiredService<AuthenticationCommands>();
        Dispatcher? dispatcher = null;
        dispatcher = new Dispatcher(
            [
                .. authentication.Create(),
                .. provider.GetRequiredService<HelloCommand>().Create(),
                .. provider.GetRequiredService<DiagnosticCommands>().Create(() => dispatcher!.Names),
                .. DataCommands.Create(provider.GetRequiredService<Databases>(), provider.GetRequiredService<Cursors>()),
            ],
            authentication.IsRequired,
            provider.GetRequiredService<ILogger<Dispatcher>>());
        return dispatcher;
    }
}
