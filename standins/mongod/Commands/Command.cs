using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>A command as a client sent it.</summary>
/// <param name="Name">The name of the body's first field, such as <c>find</c>.</param>
/// <param name="Database">The value of <c>$db</c>.</param>
/// <param name="Body">
/// The body. The documents of a document sequence stand in it as an array of <see cref="RawBsonDocument"/> under the sequence's identifier.
/// </param>
/// <param name="Client">Who sent it.</param>
internal sealed record Command(string Name, string Database, BsonDocument Body, Client Client);

/// <summary>Carries out one command and returns its reply; the caller adds <c>ok: 1</c>.</summary>
/// <exception cref="CommandException">The command is refused; the caller makes the error reply.</exception>
internal delegate ValueTask<BsonDocument> CommandHandler(Command command, CancellationToken cancellationToken);
