/* Shared vocabulary of the CRM plugin interface: strings, status codes, the size rule.
 *
 * C11, also valid C++20; needs libc's headers only. Every structure that crosses the boundary
 * begins with `uint32_t size`, is append-only, and is read through CRM_HAS; a larger size is never
 * an error. Strings are UTF-8 and not NUL-terminated. Money is int64_t minor units with an ISO 4217
 * code, time is int64_t microseconds since 1970-01-01T00:00:00Z. ABI.md has the whole policy. */
#ifndef CRM_BASE_H
#define CRM_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The major must be the same on both sides; a plugin states the lowest minor it needs. */
#define CRM_ABI_MAJOR 1u
#define CRM_ABI_MINOR 1u

#if defined(__GNUC__)
#define CRM_EXPORT __attribute__((visibility("default")))
#else
#define CRM_EXPORT
#endif

#if UINTPTR_MAX != UINT64_MAX
#error "The CRM plugin interface is defined for 64-bit platforms only."
#endif

/* True when the structure behind `ptr` is large enough to carry `field`. */
#define CRM_HAS(ptr, field) ((ptr)->size >= offsetof(CRM_TYPEOF(ptr), field) + sizeof((ptr)->field))
#ifdef __cplusplus
} /* a template cannot have C linkage */
template <class T>
struct crm_remove_pointer_const;
template <class T>
struct crm_remove_pointer_const<T*> {
  using type = T;
};
template <class T>
struct crm_remove_pointer_const<const T*> {
  using type = T;
};
template <class T>
struct crm_remove_pointer_const<T* const> {
  using type = T;
};
template <class T>
struct crm_remove_pointer_const<const T* const> {
  using type = T;
};
#define CRM_TYPEOF(ptr) typename crm_remove_pointer_const<decltype(ptr)>::type
extern "C" {
#else
#define CRM_TYPEOF(ptr) __typeof__(*(ptr))
#endif

/* Borrowed text: valid for the call it is passed in, unless a function says otherwise.
 * `data` may be NULL only when `size` is 0. */
typedef struct crm_str {
  const char* data;
  uint64_t size; /* bytes */
} crm_str;

/* What a function returns: 0, or one of the negative codes. The text for people goes through
 * crm_host.explain. A function never returns a positive status. */
#define CRM_OK 0
#define CRM_ERR_INVALID (-1)     /* an argument or its content is wrong */
#define CRM_ERR_UNSUPPORTED (-2) /* known, but not offered here */
#define CRM_ERR_VERSION (-3)     /* the two sides do not fit */
#define CRM_ERR_NOT_FOUND (-4)   /* no such tenant, view, message ... */
#define CRM_ERR_DENIED (-5)      /* the actor or the token does not allow it */
#define CRM_ERR_BUSY (-6)        /* try again later; nothing was done */
#define CRM_ERR_CANCELLED (-7)   /* the writer was cancelled */
#define CRM_ERR_IO (-8)          /* the file system or the writer failed */
#define CRM_ERR_CORRUPT (-9)     /* stored data does not match its checksum or format */
#define CRM_ERR_FULL (-10)       /* no space left, or a named maximum is reached */
#define CRM_ERR_NO_MEMORY (-11)  /* an allocation failed; nothing was done */
#define CRM_ERR_INTERNAL (-12)   /* a defect of the callee */

#ifdef __cplusplus
}
#endif
#endif
