using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>The indexes of a collection.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public interface IMongoIndexManager<TDocument>
{
    /// <summary>The collection's name.</summary>
    CollectionNamespace CollectionNamespace { get; }

    internal bool IsSealed => true;

    /// <summary>Makes an index, unless the same one is there.</summary>
    /// <param name="model">The index.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    string CreateOne(
        CreateIndexModel<TDocument> model, CreateOneIndexOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Makes an index, unless the same one is there.</summary>
    /// <param name="model">The index.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<string> CreateOneAsync(
        CreateIndexModel<TDocument> model, CreateOneIndexOptions options = null, CancellationToken cancellationToken = default);

    /// <summary>Makes indexes, unless the same ones are there.</summary>
    /// <param name="models">The indexes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    IEnumerable<string> CreateMany(IEnumerable<CreateIndexModel<TDocument>> models, CancellationToken cancellationToken = default);

    /// <summary>Makes indexes, unless the same ones are there.</summary>
    /// <param name="models">The indexes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IEnumerable<string>> CreateManyAsync(
        IEnumerable<CreateIndexModel<TDocument>> models, CancellationToken cancellationToken = default);

    /// <summary>Makes indexes, unless the same ones are there.</summary>
    /// <param name="models">The indexes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    IEnumerable<string> CreateMany(
        IEnumerable<CreateIndexModel<TDocument>> models, CreateManyIndexesOptions options, CancellationToken cancellationToken = default);

    /// <summary>Makes indexes, unless the same ones are there.</summary>
    /// <param name="models">The indexes.</param>
    /// <param name="options">Options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IEnumerable<string>> CreateManyAsync(
        IEnumerable<CreateIndexModel<TDocument>> models, CreateManyIndexesOptions options, CancellationToken cancellationToken = default);

    /// <summary>Removes every index but that of <c>_id</c>.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    void DropAll(CancellationToken cancellationToken = default);

    /// <summary>Removes every index but that of <c>_id</c>.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task DropAllAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes an index.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    void DropOne(string name, CancellationToken cancellationToken = default);

    /// <summary>Removes an index.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task DropOneAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The indexes, as documents with <c>v</c>, <c>key</c>, <c>name</c> and their options.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncCursor<BsonDocument> List(CancellationToken cancellationToken = default);

    /// <summary>The indexes, as documents with <c>v</c>, <c>key</c>, <c>name</c> and their options.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IAsyncCursor<BsonDocument>> ListAsync(CancellationToken cancellationToken = default);
}
