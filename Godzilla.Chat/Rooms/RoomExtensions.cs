namespace Godzilla.Chat.Rooms;

internal static class RoomExtensions
{
    internal static void AddRooms(this IServiceCollection services)
    {
        services.AddSingleton<RoomBus>().AddHostedService(provider => provider.GetRequiredService<RoomBus>());
        services.AddSingleton<RoomRegistry>().AddHostedService(provider => provider.GetRequiredService<RoomRegistry>());
    }
}
