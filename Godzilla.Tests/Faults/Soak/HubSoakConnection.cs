using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Tests.Faults.Soak;

/// <summary>Over SignalR.</summary>
internal sealed class HubSoakConnection : ISoakConnection
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);
    private readonly HubConnection _connection;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private bool _isOver;

    private HubSoakConnection(HubConnection connection, Action<string, JsonElement> receive)
    {
        _connection = connection;
        connection.Closed += _ =>
        {
            _closed.TrySetResult();
            return Task.CompletedTask;
        };
        foreach (var name in new[] { "message", "message_edited", "message_deleted" })
        {
            connection.On<JsonElement>(name, argument =>
            {
                lock (_gate)
                {
                    if (!_isOver)
                    {
                        receive(name, argument);
                    }
                }
            });
        }
    }

    public Task Closed => _closed.Task;

    public static async Task<ISoakConnection> ConnectAsync(Uri gateway, string token, Action<string, JsonElement> receive)
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(gateway, "/hubs/chat"), options => options.Headers["Cookie"] = $"auth_token={token}")
            .AddJsonProtocol(json => json.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower)
            .Build();
        var soak = new HubSoakConnection(connection, receive);
        try
        {
            await connection.StartAsync().WaitAsync(TimeLimit);
            return soak;
        }
        catch
        {
            await soak.DisposeAsync();
            throw;
        }
    }

    public Task<JsonElement> SendAsync(string room, string text, string clientId) => InvokeAsync("Send", room, text, clientId);

    public Task<JsonElement> JoinAsync(string room, long afterSeq, long afterRev) => InvokeAsync("Join", room, afterSeq, afterRev);

    public Task<JsonElement> EditAsync(string room, string id, string text) => InvokeAsync("Edit", room, id, text);

    public Task<JsonElement> DeleteAsync(string room, string id) => InvokeAsync("Delete", room, id);

    public ValueTask DisposeAsync()
    {
        // SignalR's client may call handlers when it is disposed of: it does not wait for those of events that came before.
        lock (_gate)
        {
            _isOver = true;
        }

        return _connection.DisposeAsync();
    }

    private async Task<JsonElement> InvokeAsync(string method, params object[] arguments)
    {
        try
        {
            return (JsonElement)(await _connection.InvokeCoreAsync(method, typeof(JsonElement), arguments).WaitAsync(TimeLimit))!;
        }
        catch (Exception exception)
        {
            throw new SoakException(exception.Message, exception);
        }
    }
}
