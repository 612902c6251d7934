namespace Godzilla.Chat.Rooms;

internal static class RoomExtensions
{
    internal static void AddRooms(this IServiceCollection services) => services.AddSingleton<RoomRegistry>();
}
