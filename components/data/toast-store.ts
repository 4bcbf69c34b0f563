import { create } from "zustand";
import type { ToastContent } from "@/components/ui/toast";

interface ToastState {
  toasts: ToastContent[];
  show: (toast: Omit<ToastContent, "id">) => void;
  close: (id: string) => void;
}

/** Short notices; at most three at a time, the oldest leaves. */
export const useToasts = create<ToastState>()((set) => ({
  toasts: [],
  show: (toast) => set((state) => ({ toasts: [...state.toasts.slice(-2), { ...toast, id: crypto.randomUUID() }] })),
  close: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
}));
