using MongoDB.Bson;
using MongoDB.Driver.Core.Connections;

namespace MongoDB.Driver.Core.Connections
{
    /// <summary>Names a connection in an error.</summary>
    public sealed class ConnectionId : IEquatable<ConnectionId>
    {
        internal ConnectionId(string store) => Store = store;

        private string Store { get; }

        /// <inheritdoc />
        public bool Equals(ConnectionId other) => other is not null && other.Store == Store;

        /// <inheritdoc />
        public override bool Equals(object obj) => Equals(obj as ConnectionId);

        /// <inheritdoc />
        public override int GetHashCode() => Store.GetHashCode(StringComparison.Ordinal);

        /// <summary>The store's directory.</summary>
        public override string ToString() => Store;
    }
}

namespace MongoDB.Driver
{
    /// <summary>A fault of the driver or the store.</summary>
    public class MongoException : Exception
    {
        private readonly List<string> _errorLabels = [];

        /// <summary>With a message.</summary>
        public MongoException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public MongoException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

        /// <summary>Words that sort the fault.</summary>
        public IReadOnlyList<string> ErrorLabels => _errorLabels;

        /// <summary>Adds a word.</summary>
        public void AddErrorLabel(string errorLabel) => _errorLabels.Add(errorLabel);

        /// <summary>Whether a word is there.</summary>
        public bool HasErrorLabel(string errorLabel) => _errorLabels.Contains(errorLabel);
    }

    /// <summary>A fault on the client's side.</summary>
    public class MongoClientException : MongoException
    {
        /// <summary>With a message.</summary>
        public MongoClientException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public MongoClientException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A setting or a connection string that cannot be used.</summary>
    public class MongoConfigurationException : MongoClientException
    {
        /// <summary>With a message.</summary>
        public MongoConfigurationException(string message)
            : base(message)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public MongoConfigurationException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The store could not be reached, or did not answer in time.</summary>
    public class MongoConnectionException : MongoException
    {
        /// <summary>With a message.</summary>
        public MongoConnectionException(ConnectionId connectionId, string message)
            : this(connectionId, message, null)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public MongoConnectionException(ConnectionId connectionId, string message, Exception innerException)
            : base(message, innerException) => ConnectionId = connectionId;

        /// <summary>The connection.</summary>
        public ConnectionId ConnectionId { get; }

        /// <summary>Whether a time-out is the cause.</summary>
        public bool ContainsTimeoutException
        {
            get
            {
                for (var cause = InnerException; cause != null; cause = cause.InnerException)
                {
                    if (cause is TimeoutException)
                    {
                        return true;
                    }
                }

                return false;
            }
        }

        /// <summary>True.</summary>
        public virtual bool IsNetworkException => true;
    }

    /// <summary>More callers wait than the queue has places.</summary>
    public class MongoWaitQueueFullException : MongoClientException
    {
        /// <summary>With a message.</summary>
        public MongoWaitQueueFullException(string message)
            : base(message)
        {
        }
    }

    /// <summary>The store refused an operation.</summary>
    public class MongoServerException : MongoException
    {
        /// <summary>With a message.</summary>
        public MongoServerException(ConnectionId connectionId, string message)
            : this(connectionId, message, null)
        {
        }

        /// <summary>With a message and its cause.</summary>
        public MongoServerException(ConnectionId connectionId, string message, Exception innerException)
            : base(message, innerException) => ConnectionId = connectionId;

        /// <summary>The connection.</summary>
        public ConnectionId ConnectionId { get; }
    }

    /// <summary>The store refused a command.</summary>
    public class MongoCommandException : MongoServerException
    {
        /// <summary>With a message and the command.</summary>
        public MongoCommandException(ConnectionId connectionId, string message, BsonDocument command)
            : this(connectionId, message, command, null)
        {
        }

        /// <summary>With a message, the command and its result.</summary>
        public MongoCommandException(ConnectionId connectionId, string message, BsonDocument command, BsonDocument result)
            : this(connectionId, message, command, result, null)
        {
        }

        /// <summary>With a message, the command, its result and the cause.</summary>
        public MongoCommandException(
            ConnectionId connectionId, string message, BsonDocument command, BsonDocument result, Exception innerException)
            : base(connectionId, message, innerException) => (Command, Result) = (command, result);

        /// <summary>The error's number.</summary>
        public int Code => Result is { } result && result.TryGetValue("code", out var code) ? code.ToInt32() : -1;

        /// <summary>The error's name.</summary>
        public string CodeName => Result is { } result && result.TryGetValue("codeName", out var name) ? name.AsString : null;

        /// <summary>The command.</summary>
        public BsonDocument Command { get; }

        /// <summary>The error's text.</summary>
        public string ErrorMessage => Result is { } result && result.TryGetValue("errmsg", out var text) ? text.ToString() : null;

        /// <summary>What the store answered.</summary>
        public BsonDocument Result { get; }
    }

    /// <summary>The store refused a write.</summary>
    public class MongoWriteException : MongoServerException
    {
        /// <summary>With the errors.</summary>
        public MongoWriteException(
            ConnectionId connectionId, WriteError writeError, WriteConcernError writeConcernError, Exception innerException)
            : base(connectionId, $"A write operation resulted in an error. WriteError: {writeError}.", innerException) =>
            (WriteError, WriteConcernError) = (writeError, writeConcernError);

        /// <summary>Null: a stand-in's write is durable or it throws.</summary>
        public WriteConcernError WriteConcernError { get; }

        /// <summary>What was refused.</summary>
        public WriteError WriteError { get; }
    }

    /// <summary>The store refused some of several writes.</summary>
    public abstract class MongoBulkWriteException : MongoServerException
    {
        private protected MongoBulkWriteException(
            ConnectionId connectionId, IEnumerable<BulkWriteError> writeErrors, WriteConcernError writeConcernError)
            : base(
                connectionId,
                $"A bulk write operation resulted in one or more errors. WriteErrors: [ {string.Join(", ", writeErrors)} ].")
        {
            WriteErrors = [.. writeErrors];
            WriteConcernError = writeConcernError;
        }

        /// <summary>Null: a stand-in's write is durable or it throws.</summary>
        public WriteConcernError WriteConcernError { get; }

        /// <summary>What was refused.</summary>
        public IReadOnlyList<BulkWriteError> WriteErrors { get; }
    }

    /// <summary>The store refused some of several writes.</summary>
    /// <typeparam name="TDocument">The documents' type.</typeparam>
    public sealed class MongoBulkWriteException<TDocument> : MongoBulkWriteException
    {
        /// <summary>With what was done, what was refused, and what was not tried.</summary>
        public MongoBulkWriteException(
            ConnectionId connectionId,
            BulkWriteResult<TDocument> result,
            IEnumerable<BulkWriteError> writeErrors,
            WriteConcernError writeConcernError,
            IEnumerable<WriteModel<TDocument>> unprocessedRequests)
            : base(connectionId, writeErrors, writeConcernError)
        {
            Result = result;
            UnprocessedRequests = [.. unprocessedRequests];
        }

        /// <summary>What was done.</summary>
        public BulkWriteResult<TDocument> Result { get; }

        /// <summary>What was not tried.</summary>
        public IReadOnlyList<WriteModel<TDocument>> UnprocessedRequests { get; }
    }

    /// <summary>What kind of error a store's error is.</summary>
    public enum ServerErrorCategory
    {
        /// <summary>Any other.</summary>
        Uncategorized,

        /// <summary>A unique index holds the key already.</summary>
        DuplicateKey,

        /// <summary>The operation took longer than it may.</summary>
        ExecutionTimeout,
    }

    /// <summary>A write that was refused.</summary>
    public class WriteError
    {
        internal WriteError(ServerErrorCategory category, int code, string message, BsonDocument details) =>
            (Category, Code, Message, Details) = (category, code, message, details);

        /// <summary>The error's kind.</summary>
        public ServerErrorCategory Category { get; }

        /// <summary>The error's number.</summary>
        public int Code { get; }

        /// <summary>More about the error, or null.</summary>
        public BsonDocument Details { get; }

        /// <summary>The error's text.</summary>
        public string Message { get; }

        /// <summary>All of it.</summary>
        public override string ToString() => Details is null
            ? $"{{ Category : \"{Category}\", Code : {Code}, Message : \"{Message}\" }}"
            : $"{{ Category : \"{Category}\", Code : {Code}, Message : \"{Message}\", Details : \"{Details}\" }}";
    }

    /// <summary>One of several writes that was refused.</summary>
    public class BulkWriteError : WriteError
    {
        internal BulkWriteError(int index, ServerErrorCategory category, int code, string message, BsonDocument details)
            : base(category, code, message, details) => Index = index;

        /// <summary>Which of the writes.</summary>
        public int Index { get; }
    }

    /// <summary>A write that is not as durable as asked for. The stand-in never makes one.</summary>
    public class WriteConcernError
    {
        internal WriteConcernError(int code, string message) => (Code, Message) = (code, message);

        /// <summary>The error's number.</summary>
        public int Code { get; }

        /// <summary>The error's text.</summary>
        public string Message { get; }
    }
}
