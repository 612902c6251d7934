namespace Grpc.Core;

/// <summary>How messages are to be written.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>May be held back until the next write or the end.</summary>
    BufferHint = 0x1,

    /// <summary>Not to be compressed.</summary>
    NoCompress = 0x2,
}

/// <summary>How messages are to be written.</summary>
public class WriteOptions
{
    /// <summary>No flag set.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>Options of these flags.</summary>
    public WriteOptions(WriteFlags flags = default) => Flags = flags;

    /// <summary>The flags.</summary>
    public WriteFlags Flags { get; }
}
