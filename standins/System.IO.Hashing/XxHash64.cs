namespace System.IO.Hashing;

/// <summary>Place.</summary>
public static class XxHash64 { }
