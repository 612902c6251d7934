using System.Buffers.Binary;
using System.IO.Hashing;

namespace Godzilla.StandIns.Tests;

public class XxHash64Tests
{
    private const long Seed = 0x9E3779B1;

    // The sanity buffer and the values of xxHash's own sanity check; the rows that it lacks were made with its library.
    public static TheoryData<int, long, ulong> Vectors => new()
    {
        { 0, 0, 0xEF46DB3751D8E999 },
        { 0, Seed, 0xAC75FDA2929B17EF },
        { 1, 0, 0xE934A84ADB052768 },
        { 1, Seed, 0x5014607643A9B4C3 },
        { 4, 0, 0x9136A0DCA57457EE },
        { 4, Seed, 0xCAAB286BD8E9FDB5 },
        { 8, 0, 0xCDBCF538E71D1348 },
        { 8, Seed, 0xFE0C047A5353CDAC },
        { 14, 0, 0x8282DCC4994E35C8 },
        { 14, Seed, 0xC3BD6BF63DEB6DF0 },
        { 32, 0, 0x18B216492BB44B70 },
        { 32, Seed, 0xB3F33BDF93ADE409 },
        { 101, 0, 0xA51EA2101B2D114C },
        { 101, Seed, 0x6B38A5BBBA1F049C },
        { 222, 0, 0xB641AE8CB691C174 },
        { 222, Seed, 0x20CB8AB7AE10C14A },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void OneShotGivesThePublishedValue(int length, long seed, ulong expected)
    {
        var data = SanityBuffer(length);
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, expected);

        Assert.Equal(expected, XxHash64.HashToUInt64(data, seed));
        Assert.Equal(bytes, XxHash64.Hash(data, seed));
        Assert.Equal(bytes, XxHash64.Hash(new ReadOnlySpan<byte>(data), seed));
        var destination = new byte[10];
        Assert.Equal(8, XxHash64.Hash(data, destination, seed));
        Assert.Equal(bytes, destination[..8]);
        Assert.True(XxHash64.TryHash(data, destination.AsSpan(1), out var written, seed));
        Assert.Equal(8, written);
        Assert.Equal(bytes, destination[1..9]);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void PiecesOfAnySizeGiveThePublishedValue(int length, long seed, ulong expected)
    {
        var data = SanityBuffer(length);
        foreach (var size in new[] { 1, 3, 8, 31, 32, 33, 64, 300 })
        {
            var hash = new XxHash64(seed);
            foreach (var piece in data.Chunk(size))
            {
                hash.Append(piece);
            }

            Assert.Equal(expected, hash.GetCurrentHashAsUInt64());
            Assert.Equal(expected, hash.Clone().GetCurrentHashAsUInt64());
            Assert.Equal(expected, BinaryPrimitives.ReadUInt64BigEndian(hash.GetHashAndReset()));
            Assert.Equal(XxHash64.HashToUInt64([], seed), hash.GetCurrentHashAsUInt64());
        }
    }

    [Fact]
    public async Task StreamsAreReadToTheirEnd()
    {
        var data = SanityBuffer(10_000);
        var hash = new XxHash64();
        using var stream = new MemoryStream(data);
        hash.Append(stream);
        Assert.Equal(XxHash64.Hash(data), hash.GetHashAndReset());

        stream.Position = 0;
        await hash.AppendAsync(stream);
        Assert.Equal(XxHash64.Hash(data), hash.GetCurrentHash());
    }

    [Fact]
    public void ACloneGoesItsOwnWay()
    {
        var hash = new XxHash64();
        hash.Append(SanityBuffer(40));
        var clone = hash.Clone();
        clone.Append([1]);

        Assert.Equal(XxHash64.HashToUInt64(SanityBuffer(40)), hash.GetCurrentHashAsUInt64());
        Assert.NotEqual(hash.GetCurrentHashAsUInt64(), clone.GetCurrentHashAsUInt64());
    }

    [Fact]
    public void ADestinationThatIsTooShortIsRefused()
    {
        Assert.False(XxHash64.TryHash([1], new byte[7], out var written));
        Assert.Equal(0, written);
        Assert.Throws<ArgumentException>(() => XxHash64.Hash([1], new byte[7].AsSpan()));
        Assert.False(new XxHash64().TryGetCurrentHash(new byte[7], out _));
        Assert.Throws<ArgumentException>(() => new XxHash64().GetCurrentHash(new byte[7]));
    }

    private static byte[] SanityBuffer(int length)
    {
        var (buffer, next) = (new byte[length], 0x9E3779B1UL);
        for (var i = 0; i < length; i++)
        {
            buffer[i] = (byte)(next >> 56);
            next *= 11400714785074694797;
        }

        return buffer;
    }
}
