using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Mongod.Commands;
using MongoDB.Bson;

namespace Mongod.Wire;

/// <summary>One connection: reads its requests, in order, and writes each reply before it reads on.</summary>
internal sealed class ClientConnection(
    ConnectionContext connection,
    Client client,
    Dispatcher dispatcher,
    bool requiresSignIn,
    MessageBudget budget,
    CancellationToken closing) : IDisposable
{
    // Kestrel's pipe takes about this much before a write waits for the client to read.
    private const int Slice = 64 * 1024;

    private static readonly TimeSpan SlowReader = TimeSpan.FromSeconds(60);

    private readonly MessageReader _reader = new(connection.Transport.Input, budget);
    private readonly ReplyBuffer _reply = new();
    private int _replyId;

    private int MaxLength => requiresSignIn && client.User is null ? WireLimits.MaxMessageLengthBeforeSignIn : WireLimits.MaxMessageLength;

    internal async Task RunAsync()
    {
        while (!closing.IsCancellationRequested && await _reader.ReadAsync(MaxLength) is { } message)
        {
            try
            {
                await AnswerAsync(message);
            }
            finally
            {
                _reader.Release();
            }
        }
    }

    public void Dispose()
    {
        _reader.Release();
        _reply.Dispose();
    }

    private async ValueTask AnswerAsync(byte[] message)
    {
        Request request;
        Command command;
        try
        {
            request = RequestParser.Parse(message);
            command = Dispatcher.Read(request.Body, client);
        }
        catch (CommandException refusal)
        {
            var isLegacy = RequestParser.OpCode(message) == RequestParser.OpQuery;
            var flags = RequestParser.Flags(message);
            if ((flags & MessageFlags.MoreToCome) == MessageFlags.None)
            {
                await WriteAsync(new Request(RequestParser.RequestId(message), [], isLegacy, flags), Dispatcher.ErrorReply(refusal), MessageFlags.None);
            }

            return;
        }

        if (request.WantsNoReply)
        {
            // The client may be gone already, and what it sent counts all the same.
            await dispatcher.RunAsync(command, CancellationToken.None);
        }
        else if (request.AllowsExhaust && HelloCommand.Waits(command))
        {
            await StreamAsync(request, command);
        }
        else
        {
            var reply = HelloCommand.Waits(command)
                ? await RunWaitingAsync(command)
                : await dispatcher.RunAsync(command, connection.ConnectionClosed);
            await WriteAsync(request, reply, MessageFlags.None);
        }
    }

    private async ValueTask<BsonDocument> RunWaitingAsync(Command command)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, closing);
        return await dispatcher.RunAsync(command, either.Token);
    }

    /// <summary>Answers an exhaust hello again and again, until the connection ends. Each reply answers the reply before it.</summary>
    private async ValueTask StreamAsync(Request request, Command command)
    {
        while (true)
        {
            var reply = await RunWaitingAsync(command);
            if (reply["ok"] != 1.0)
            {
                await WriteAsync(request, reply, MessageFlags.None);
                return;
            }

            await WriteAsync(request, reply, MessageFlags.MoreToCome);
            request = request with { Id = _replyId };
            command.Body["topologyVersion"] = reply["topologyVersion"];
        }
    }

    private ValueTask WriteAsync(Request request, BsonDocument reply, MessageFlags flags)
    {
        try
        {
            Build(request, reply, flags);
        }
        catch (CommandException refusal)
        {
            Build(request, Dispatcher.ErrorReply(refusal), MessageFlags.None);
        }

        return FlushAsync();
    }

    private void Build(Request request, BsonDocument reply, MessageFlags flags)
    {
        _replyId = unchecked(_replyId + 1);
        if (request.IsLegacy)
        {
            _reply.WriteLegacyReply(_replyId, request.Id, reply);
        }
        else
        {
            // Whoever sends checksums gets them.
            _reply.WriteMessage(_replyId, request.Id, flags | (request.Flags & MessageFlags.ChecksumPresent), reply);
        }
    }

    private async ValueTask FlushAsync()
    {
        for (var rest = _reply.Written; !rest.IsEmpty;)
        {
            var slice = rest[..Math.Min(rest.Length, Slice)];
            rest = rest[slice.Length..];
            var flush = connection.Transport.Output.WriteAsync(slice, CancellationToken.None);
            if ((flush.IsCompleted ? await flush : await WaitForReaderAsync(flush)).IsCompleted)
            {
                throw new ConnectionAbortedException("The client has closed the connection.");
            }
        }

        _reply.Clear();
    }

    private async ValueTask<FlushResult> WaitForReaderAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            return await flush.AsTask().WaitAsync(SlowReader);
        }
        catch (TimeoutException)
        {
            // Closing it in good order would wait for the client once more.
            connection.Abort(new ConnectionAbortedException("The client does not read its replies."));
            throw new WireFaultException("the client does not read its replies");
        }
    }
}
