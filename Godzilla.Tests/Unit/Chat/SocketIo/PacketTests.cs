using System.Text;
using CsCheck;
using Godzilla.Chat.SocketIo;

namespace Godzilla.Tests.Unit.Chat.SocketIo;

/// <summary>Packets are read as <c>socket.io-parser</c> 4.2 reads them, and nothing makes the parser throw.</summary>
public sealed class PacketTests
{
    private static readonly string[] Namespaces = ["/", "/admin", "/a b/é"];

    private static readonly string[] Samples =
    [
        "0", "0{\"username\":\"x\"}", "0/admin,{\"token\":\"1\"}", "1", "1/admin,", "2[\"message\",{\"text\":\"hi\"}]", "212[\"send\",{\"a\":[1,2,{}]}]",
        "2/admin,456[\"foo\",null]", "30[]", "3/a,7[\"bar\"]", "4{\"message\":\"no\"}", "51-[\"baz\",{\"_placeholder\":true,\"num\":0}]",
        "52-/admin,12[\"baz\",{\"_placeholder\":true,\"num\":1}]", "61-15[\"bar\"]", "2[\"mess\\u0061ge\",\"\\ud83d\\ude00\"]",
    ];

    // The examples of the protocol's own page, and the corners of its parser.
    [Theory]
    [InlineData("0", PacketType.Connect, "/", null)]
    [InlineData("0{\"token\":\"123\"}", PacketType.Connect, "/", null)]
    [InlineData("0/admin", PacketType.Connect, "/admin", null)]
    [InlineData("0/admin,", PacketType.Connect, "/admin", null)]
    [InlineData("0/admin,{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}", PacketType.Connect, "/admin", null)]
    [InlineData("0/,{}", PacketType.Connect, "/", null)]
    [InlineData("1", PacketType.Disconnect, "/", null)]
    [InlineData("1/admin,", PacketType.Disconnect, "/admin", null)]
    [InlineData("2[\"foo\"]", PacketType.Event, "/", null)]
    [InlineData("2[1,2]", PacketType.Event, "/", null)]
    [InlineData("2[\"foo\"] \r\n\t", PacketType.Event, "/", null)]
    [InlineData("2/admin,[\"bar\"]", PacketType.Event, "/admin", null)]
    [InlineData("212[\"foo\"]", PacketType.Event, "/", 12L)]
    [InlineData("2007[\"foo\"]", PacketType.Event, "/", 7L)]
    [InlineData("29007199254740991[\"foo\"]", PacketType.Event, "/", 9007199254740991L)]
    [InlineData("2/admin,13[\"bar\",{\"a\":[]}]", PacketType.Event, "/admin", 13L)]
    [InlineData("3/admin,13[\"bar\"]", PacketType.Ack, "/admin", 13L)]
    [InlineData("30[]", PacketType.Ack, "/", 0L)]
    [InlineData("4{\"message\":\"Not authorized\"}", PacketType.ConnectError, "/", null)]
    [InlineData("4\"no\"", PacketType.ConnectError, "/", null)]
    [InlineData("51-[\"baz\",{\"_placeholder\":true,\"num\":0}]", PacketType.BinaryEvent, "/", null)]
    [InlineData("50-[\"baz\"]", PacketType.BinaryEvent, "/", null)]
    [InlineData("510-/admin,3[\"baz\"]", PacketType.BinaryEvent, "/admin", 3L)]
    [InlineData("61-15[\"bar\",{\"_placeholder\":true,\"num\":0}]", PacketType.BinaryAck, "/", 15L)]
    public void APacketIsRead(string text, object type, string @namespace, long? id)
    {
        Assert.True(Packet.TryParse(Encoding.UTF8.GetBytes(text), out var packet));

        Assert.Equal(
            ((PacketType)type, @namespace, id, @namespace == "/"),
            (packet.Type, Encoding.UTF8.GetString(packet.Namespace), packet.Id, packet.IsInMainNamespace));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("a")]
    [InlineData("-1")]
    [InlineData(" 2[\"foo\"]")]
    [InlineData("0[]")]
    [InlineData("0\"x\"")]
    [InlineData("0{")]
    [InlineData("0{}x")]
    [InlineData("1{}")]
    [InlineData("1null")]
    [InlineData("2")]
    [InlineData("212")]
    [InlineData("2[]")]
    [InlineData("2{}")]
    [InlineData("2[null]")]
    [InlineData("2[{}]")]
    [InlineData("2[[\"foo\"]]")]
    [InlineData("2[\"foo\"")]
    [InlineData("2[\"foo\"]]")]
    [InlineData("2[\"foo\",]")]
    [InlineData("2['foo']")]
    [InlineData("2[\"connect\"]")]
    [InlineData("2[\"connect_error\"]")]
    [InlineData("2[\"disconnect\"]")]
    [InlineData("2[\"disconnecting\"]")]
    [InlineData("2[\"newListener\"]")]
    [InlineData("2[\"removeListener\"]")]
    [InlineData("2[\"conn\\u0065ct\"]")]
    [InlineData("29007199254740992[\"foo\"]")]
    [InlineData("299999999999999999999[\"foo\"]")]
    [InlineData("2-1[\"foo\"]")]
    [InlineData("3")]
    [InlineData("3{}")]
    [InlineData("4[]")]
    [InlineData("5[\"foo\"]")]
    [InlineData("5-[\"foo\"]")]
    [InlineData("51[\"foo\"]")]
    [InlineData("5+1-[\"foo\"]")]
    [InlineData("5-1-[\"foo\"]")]
    [InlineData("511-[\"foo\"]")]
    [InlineData("51")]
    [InlineData("599999999999-[\"foo\"]")]
    public void WhatIsNoPacketIsRefused(string text) => Assert.False(Packet.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void SixtyFourLevelsAreTheDeepest()
    {
        Assert.True(Packet.TryParse(Nested(63), out _));
        Assert.False(Packet.TryParse(Nested(64), out _));

        static byte[] Nested(int depth) => Encoding.UTF8.GetBytes($"2[\"foo\",{new string('[', depth)}{new string(']', depth)}]");
    }

    [Theory]
    [InlineData("2[\"message\",{\"text\":\"hi\"}]", true, "{\"text\":\"hi\"}")]
    [InlineData("2[\"mess\\u0061ge\", [1,{}] ,2]", true, "[1,{}]")]
    [InlineData("2[\"message\",null]", true, "null")]
    [InlineData("2[\"message\"]", true, "")]
    [InlineData("2[\"messages\",1]", false, "1")]
    [InlineData("2[\"\\ud800\",1]", false, "1")]
    [InlineData("2[\"\",1]", false, "1")]
    [InlineData("2[7,1]", false, "1")]
    public void AnEventHasANameAndAnArgument(string text, bool isMessage, string argument)
    {
        Assert.True(Packet.TryParse(Encoding.UTF8.GetBytes(text), out var packet));

        Assert.Equal((isMessage, argument), (packet.IsEvent("message"u8), Encoding.UTF8.GetString(packet.Argument)));
    }

    [Fact]
    public void WhatIsWrittenIsRead() => Gen.Select(
        Gen.Int[0, 1], Gen.Int[0, Packet.MaxAttachments], Gen.Int[0, Namespaces.Length - 1].Select(i => Namespaces[i]), Gen.Long[0, (1L << 53) - 1].Nullable(), Gen.String)
        .Sample((binary, attachments, @namespace, id, argument) =>
        {
            var json = global::System.Text.Json.JsonSerializer.Serialize(argument);
            var text = $"{(binary == 1 ? $"5{attachments}-" : "2")}{(@namespace == "/" ? "" : @namespace + ",")}{id}[\"x\",{json}]";
            var isRead = Packet.TryParse(Encoding.UTF8.GetBytes(text), out var packet);
            return isRead
                && packet.Type == (binary == 1 ? PacketType.BinaryEvent : PacketType.Event)
                && packet.Attachments == (binary == 1 ? attachments : 0)
                && Encoding.UTF8.GetString(packet.Namespace) == @namespace
                && packet.Id == id
                && packet.IsEvent("x"u8)
                && Encoding.UTF8.GetString(packet.Argument) == json;
        });

    [Fact]
    public void NoBytesMakeItThrow() => Gen.Byte.Array[0, 200].Sample(DoesNotThrow, iter: 20_000);

    [Fact]
    public void NoChangeOfAPacketMakesItThrow() => Gen.Select(Gen.Int[0, Samples.Length - 1].Select(i => Samples[i]), Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 2]).Array[0, 6])
        .Sample(
            (sample, changes) =>
            {
                var bytes = Encoding.UTF8.GetBytes(sample).ToList();
                foreach (var (place, value, kind) in changes)
                {
                    var at = bytes.Count == 0 ? 0 : place % bytes.Count;
                    if (kind == 0 || bytes.Count == 0)
                    {
                        bytes.Insert(at, value);
                    }
                    else if (kind == 1)
                    {
                        bytes[at] = value;
                    }
                    else
                    {
                        bytes.RemoveAt(at);
                    }
                }

                DoesNotThrow([.. bytes]);
            },
            iter: 50_000);

    [Fact]
    public void EveryBeginningOfAPacketIsReadOrRefused()
    {
        foreach (var sample in Samples)
        {
            var bytes = Encoding.UTF8.GetBytes(sample);
            for (var length = 0; length <= bytes.Length; length++)
            {
                DoesNotThrow(bytes[..length]);
            }
        }
    }

    private static void DoesNotThrow(byte[] bytes)
    {
        if (Packet.TryParse(bytes, out var packet))
        {
            packet.IsEvent("message"u8);
            Assert.InRange(packet.Attachments, 0, Packet.MaxAttachments);
            Assert.True(packet.Namespace is [(byte)'/', ..] && packet.Argument.Length <= bytes.Length);
        }
    }
}
